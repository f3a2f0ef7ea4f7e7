/** Loads the facts of deaths, many at a time: a fixed number of statements however many deaths. */
import { Inject, Injectable } from '@nestjs/common';
import { factLimits, type DeathFacts } from '../verdict/index.js';
import { DeathStore } from './death.store.js';
import { EvidenceStore } from './evidence.store.js';
import { assembleFacts } from './facts.rows.js';
import { HostStore } from './host.store.js';
import { bigints, distinct, keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import { ProcessStore } from './process.store.js';
import type { DeathRow, LifeKey, OomKillRow, SignalRow } from './rows.js';
import { ShotStore } from './shot.store.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

@Injectable()
export class FactsStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly deaths: DeathStore,
    private readonly processes: ProcessStore,
    private readonly hosts: HostStore,
    private readonly evidence: EvidenceStore,
    private readonly shots: ShotStore,
  ) {}

  /** @returns facts by `lifeId`; a key without a death has none. */
  async ofDeaths(keys: readonly LifeKey[]): Promise<Map<string, DeathFacts>> {
    const deaths = await this.deaths.byKeys(keys);
    if (deaths.length === 0) return new Map();
    const [signals, oomKills, oomReports, coreDumps, kernelLog, losses, rungs] = await Promise.all([
      this.signalsBefore(deaths),
      run<OomKillRow>(this.db, 'oomKillsByVictim', keyArrays(deaths)),
      this.evidence.oomReportsWithTables(deaths),
      this.evidence.coreDumps(deaths),
      this.evidence.kernelLog(deaths),
      this.deaths.losses(deaths, factLimits.lossesMax),
      this.hosts.rungs([...new Set(deaths.map((death) => death.host_id))]),
    ]);
    const involved = distinct([...deaths, ...signals.flatMap(partiesOf)]);
    const [lineage, formerImages] = await Promise.all([
      this.processes.lineage(involved),
      this.processes.formerImages(involved),
    ]);
    const beside = { oomKills, oomReports, coreDumps, kernelLog, losses };
    return this.shots.complete(assembleFacts({ deaths, signals, ...beside, rungs, lineage, formerImages }));
  }

  private signalsBefore(deaths: readonly DeathRow[]): Promise<SignalRow[]> {
    const parameters = [...keyArrays(deaths), bigints(deaths.map((death) => death.died_ns)), factLimits.signalsMax];
    return run<SignalRow>(this.db, 'signalsByTarget', parameters);
  }
}

function partiesOf(signal: SignalRow): LifeKey[] {
  const { boot } = signal;
  const parties: LifeKey[] = [];
  if (signal.sender_pid !== null) parties.push({ boot, pid: signal.sender_pid, start_ns: signal.sender_start_ns! });
  if (signal.running_pid !== null) parties.push({ boot, pid: signal.running_pid, start_ns: signal.running_start_ns! });
  return parties;
}
