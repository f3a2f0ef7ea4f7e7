/**
 * History is decided again by a newer engine, in the background: newest deaths first, a bounded number each turn. Each turn
 * is a job of its own, so that fresh deaths wait for one turn at most; how far it has come is what the verdicts themselves
 * say, so that a crash costs the turn that was under way.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { DeathStore } from '../store/death.store.js';
import { engineVersion } from '../verdict/index.js';
import { DiagnosisService } from './diagnosis.service.js';

const deathsPerTurn = 100;
const logEveryMs = 10_000;

@Injectable()
export class ReverdictService {
  private decided = 0;
  private loggedAt = 0;

  constructor(
    private readonly deaths: DeathStore,
    private readonly diagnosis: DiagnosisService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @returns whether there may be more to do. */
  async turn(): Promise<boolean> {
    // The usual answer is no, and then no transaction is begun.
    if ((await this.deaths.countOutdated(engineVersion, 1)) === 0) return this.rest();
    await this.diagnosis.decidePending();
    const decide = this.diagnosis.decideAll.bind(this.diagnosis);
    const taken = await this.deaths.redecideOutdated(engineVersion, deathsPerTurn, decide);
    this.decided += taken;
    await this.logProgress();
    // None: another worker has them.
    return taken > 0;
  }

  private async logProgress(): Promise<void> {
    if (Date.now() - this.loggedAt < logEveryMs) return;
    this.loggedAt = Date.now();
    const [decided, left] = [this.decided, await this.deaths.countOutdated(engineVersion)];
    this.logger.info({ engine: engineVersion, decided, left }, 'deciding verdicts of older engines again');
  }

  private rest(): false {
    const { decided } = this;
    if (decided > 0)
      this.logger.info({ engine: engineVersion, decided }, 'all verdicts of older engines are decided again');
    this.decided = 0;
    return false;
  }
}
