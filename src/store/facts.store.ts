/** Loads the facts of deaths, many at a time: a fixed number of statements however many deaths. */
import { Inject, Injectable } from '@nestjs/common';
import { factLimits, requestWindowNs, stopVerbs, type DeathFacts } from '../verdict/index.js';
import { actsOf, type Act } from './command.facts.js';
import { DeathStore } from './death.store.js';
import { EvidenceStore } from './evidence.store.js';
import { assembleFacts } from './facts.rows.js';
import { HostStore } from './host.store.js';
import { bigints, distinct, keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import { ProcessStore } from './process.store.js';
import { senderKey } from './request.facts.js';
import type { ActorCommandRow, DeathRow, LifeKey, OomKillRow, RequestRow, SignalRow } from './rows.js';
import { lifeId } from './rows.js';
import { ShotStore } from './shot.store.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

/** Whoever tells process 1 to shut down does so once, or a few times. */
const signalsToSenderMax = 8;

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
    const [signals, requests, oomKills, oomReports, coreDumps, kernelLog, losses, rungs] = await Promise.all([
      this.signalsBefore(deaths),
      this.requestsBefore(deaths),
      run<OomKillRow>(this.db, 'oomKillsByVictim', keyArrays(deaths)),
      this.evidence.oomReportsWithTables(deaths),
      this.evidence.coreDumps(deaths),
      this.evidence.kernelLog(deaths),
      this.deaths.losses(deaths, factLimits.lossesMax),
      this.hosts.rungs([...new Set(deaths.map((death) => death.host_id))]),
    ]);
    const signalsToSenders = await this.signalsToSenders(signals);
    const parties = [...signals, ...signalsToSenders].flatMap(partiesOf);
    const involved = distinct([...deaths, ...requests, ...parties]);
    const [lineage, formerImages, commands] = await Promise.all([
      this.processes.lineage(involved),
      this.processes.formerImages(involved),
      this.commandsOf(signals, [...requests, ...senders(signalsToSenders)]),
    ]);
    const beside = { commands, oomKills, oomReports, coreDumps, kernelLog, losses };
    const rows = { deaths, signals, requests, signalsToSenders, ...beside, rungs, lineage, formerImages };
    return this.shots.complete(assembleFacts(rows));
  }

  private commandsOf(signals: readonly SignalRow[], requests: readonly Act[]): Promise<ActorCommandRow[]> {
    const acts = actsOf(signals, requests);
    const times = bigints(acts.map((act) => act.at_ns));
    return acts.length === 0 ? Promise.resolve([]) : run(this.db, 'commandsOfActors', [...keyArrays(acts), times]);
  }

  private requestsBefore(deaths: readonly DeathRow[]): Promise<RequestRow[]> {
    const times = [deaths.map((death) => death.boot), bigints(deaths.map((death) => death.died_ns))];
    const bounds = [String(requestWindowNs), [...stopVerbs], factLimits.requestsMax];
    return run<RequestRow>(this.db, 'stopRequests', [...times, ...bounds]);
  }

  /** The last few, until they sent their last: a service manager is told to shut down by a signal, too. */
  private async signalsToSenders(signals: readonly SignalRow[]): Promise<SignalRow[]> {
    const latest = new Map<string, LifeKey & { readonly at_ns: bigint }>();
    for (const row of signals) {
      const key = { ...senderKey(row), at_ns: row.at_ns };
      const known = latest.get(lifeId(key));
      if (row.sender_pid !== null && (known === undefined || known.at_ns < key.at_ns)) latest.set(lifeId(key), key);
    }
    if (latest.size === 0) return [];
    const keys = [...latest.values()];
    const parameters = [...keyArrays(keys), bigints(keys.map((key) => key.at_ns)), signalsToSenderMax];
    return run<SignalRow>(this.db, 'signalsByTarget', parameters);
  }

  private signalsBefore(deaths: readonly DeathRow[]): Promise<SignalRow[]> {
    const parameters = [...keyArrays(deaths), bigints(deaths.map((death) => death.died_ns)), factLimits.signalsMax];
    return run<SignalRow>(this.db, 'signalsByTarget', parameters);
  }
}

function senders(signals: readonly SignalRow[]): Act[] {
  return actsOf(signals, []);
}

function partiesOf(signal: SignalRow): LifeKey[] {
  const { boot } = signal;
  const parties: LifeKey[] = [];
  if (signal.sender_pid !== null) parties.push({ boot, pid: signal.sender_pid, start_ns: signal.sender_start_ns! });
  if (signal.running_pid !== null) parties.push({ boot, pid: signal.running_pid, start_ns: signal.running_start_ns! });
  return parties;
}
