/** What followed deaths: loads what `restartOf` decides by, for many at once, in a fixed number of statements. */
import { Inject, Injectable } from '@nestjs/common';
import { restartHistoryNs, restartLivesMax, restartWindowNs, type RestartFacts } from '../verdict/index.js';
import { bigints, keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import { ProcessStore } from './process.store.js';
import { assembleRestarts, type RestartCandidateRow, type RestartSpanRow } from './restart.rows.js';
import { lifeId, type DeathRow } from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

/** Lives that began after one death and are looked at, in either way to find them. */
const candidatesMax = 16;

@Injectable()
export class RestartStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly processes: ProcessStore,
  ) {}

  /** @returns by `lifeId` of the dead; a death that nothing followed has none. */
  async ofDeaths(all: readonly DeathRow[]): Promise<Map<string, RestartFacts>> {
    const candidates = await run<RestartCandidateRow>(this.db, 'restartCandidates', [
      ...moments(all),
      String(restartWindowNs),
      candidatesMax,
    ]);
    const followed = new Set(candidates.map(({ boot, of_pid, of_start_ns }) => `${boot}.${of_pid}.${of_start_ns}`));
    const deaths = all.filter((death) => followed.has(lifeId(death)));
    if (deaths.length === 0) return new Map();
    const [history, lineage] = await Promise.all([
      run<RestartSpanRow>(this.db, 'restartHistory', [...moments(deaths), String(restartHistoryNs), restartLivesMax]),
      this.processes.lineage([...deaths, ...candidates]),
    ]);
    const formerImages = await this.processes.formerImages(lineage);
    return assembleRestarts({ deaths, candidates, history, lineage, formerImages });
  }
}

function moments(deaths: readonly DeathRow[]): unknown[] {
  return [...keyArrays(deaths), bigints(deaths.map((death) => death.died_ns))];
}
