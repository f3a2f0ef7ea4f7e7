/** A database from before there were counts of deaths is counted once, in the background. */
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { DeathCountStore } from '../store/death-count.store.js';

@Injectable()
export class BackfillService {
  constructor(
    private readonly counts: DeathCountStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Several workers may begin at once: a day that is counted twice is counted anew. */
  async run(): Promise<void> {
    if (!(await this.counts.isUncounted())) return;
    this.logger.info('counting the deaths of the history');
    let deaths = 0;
    await this.counts.rebuild((_host, _day, counted) => void (deaths += counted));
    this.logger.info({ deaths }, 'the deaths of the history are counted');
  }
}
