/** Facts → verdict, for the deaths that want one. Decides nothing itself: `src/verdict` does. */
import { Injectable } from '@nestjs/common';
import { metrics } from '../platform/metrics.js';
import { DeathStore } from '../store/death.store.js';
import { FactsStore } from '../store/facts.store.js';
import { lifeId, type LifeKey } from '../store/rows.js';
import { decide, type Verdict } from '../verdict/index.js';

/** Large enough that a flood is decided in few transactions, small enough that the first answers do not wait for it. */
const deathsPerTransaction = 250;

@Injectable()
export class DiagnosisService {
  constructor(
    private readonly deaths: DeathStore,
    private readonly facts: FactsStore,
  ) {}

  /** Works until nothing is left on the list. */
  async decidePending(): Promise<void> {
    let taken: number;
    do {
      taken = await this.deaths.decidePending(deathsPerTransaction, (keys) => this.decideAll(keys));
    } while (taken > 0);
  }

  async decideAll(keys: readonly LifeKey[]): Promise<{ key: LifeKey; verdict: Verdict }[]> {
    const facts = await this.facts.ofDeaths(keys);
    return keys.flatMap((key) => {
      const known = facts.get(lifeId(key));
      if (!known) return [];
      const verdict = decide(known);
      metrics.verdicts.inc({ cause: verdict.cause });
      return [{ key, verdict }];
    });
  }
}
