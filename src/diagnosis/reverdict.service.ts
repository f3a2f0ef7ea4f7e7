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
    await this.diagnosis.decidePending();
    const taken = await this.deaths.redecideOutdated(engineVersion, deathsPerTurn, (keys) =>
      this.diagnosis.decideAll(keys),
    );
    this.decided += taken;
    await this.logProgress(taken === 0);
    return taken > 0;
  }

  private async logProgress(isDone: boolean): Promise<void> {
    const { decided } = this;
    if (decided === 0 || (!isDone && Date.now() - this.loggedAt < logEveryMs)) return;
    const left = await this.deaths.countOutdated(engineVersion);
    this.loggedAt = isDone ? 0 : Date.now();
    if (isDone) this.decided = 0;
    this.logger.info(
      { engine: engineVersion, decided, left },
      isDone ? 'verdicts of older engines are decided again' : 'deciding verdicts of older engines again',
    );
  }
}
