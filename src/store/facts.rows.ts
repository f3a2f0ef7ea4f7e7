/** Rows → facts, pure: joins what the statements brought for a set of deaths. */
import { limits } from '../contract/index.js';
import {
  unknownProcess,
  passedOnWindowNs,
  type AncestorFacts,
  type DeathFacts,
  type LossFacts,
  type ProcessFacts,
  type SignalFacts,
} from '../verdict/index.js';
import { actId, commandBehind } from './command.facts.js';
import { limitFacts, memoryFacts } from './circumstances.facts.js';
import { coreDumpFacts, kernelLogFacts, oomReportFacts } from './evidence.facts.js';
import type {
  ActorCommandRow,
  CoreDumpRow,
  DeathRow,
  FormerImageRow,
  KernelLogRow,
  LifeKey,
  LineageRow,
  LossRow,
  OomKillRow,
  OomReportWithTable,
  SignalRow,
} from './rows.js';
import { requestsOf, senderKey, type RequestRows } from './request.facts.js';
import { containerOf, lifeId } from './rows.js';

export interface FactRows extends RequestRows {
  readonly deaths: readonly DeathRow[];
  /** Oldest first. */
  readonly signals: readonly SignalRow[];
  readonly oomKills: readonly OomKillRow[];
  /** Earliest first. */
  readonly oomReports: readonly OomReportWithTable[];
  readonly coreDumps: readonly CoreDumpRow[];
  /** Oldest first. */
  readonly kernelLog: readonly KernelLogRow[];
  /** Of senders and of who made requests. */
  readonly commands: readonly ActorCommandRow[];
  readonly losses: readonly (LossRow & { died_ns: bigint })[];
  readonly rungs: ReadonlyMap<number, DeathFacts['rung']>;
  /** Victims, senders, who made requests, and all their ancestors. */
  readonly lineage: readonly LineageRow[];
  /** Oldest first. */
  readonly formerImages: readonly FormerImageRow[];
}

/** @returns facts by `lifeId`; who else was hit is not known here (`ShotStore`). */
export function assembleFacts(rows: FactRows): Map<string, DeathFacts> {
  const people = new Lineage(rows.lineage, rows.formerImages);
  const signals = groupBy(rows.signals, (s) =>
    lifeId({ boot: s.boot, pid: s.target_pid, start_ns: s.target_start_ns }),
  );
  const sentTo = groupBy(rows.signalsToSenders, (s) =>
    lifeId({ boot: s.boot, pid: s.target_pid, start_ns: s.target_start_ns }),
  );
  const oomKills = groupBy(rows.oomKills, (o) =>
    lifeId({ boot: o.boot, pid: o.victim_pid, start_ns: o.victim_start_ns }),
  );
  const oomReports = groupBy(rows.oomReports, lifeId);
  const coreDumps = groupBy(rows.coreDumps, lifeId);
  const kernelLog = groupBy(rows.kernelLog, lifeId);
  const commands = groupBy(rows.commands, actId);
  const losses = groupBy(rows.losses, (loss) => `${loss.boot}@${loss.died_ns}`);
  const facts = rows.deaths.map((death): [string, DeathFacts] => {
    const id = lifeId(death);
    const sent = signals.get(id) ?? [];
    const requests = requestsOf(death, sent, rows, (key, atNs) => people.at(key, atNs));
    return [
      id,
      {
        victim: people.at(death, death.died_ns) ?? unseen(death),
        at: death.died_ns,
        code: death.exit_code,
        signal: death.signal,
        coreDumped: death.core_dumped,
        signals: sent.map((signal) => ({
          ...signalFacts(signal, people),
          passedOn: passedOnAt(signal, sentTo),
        })),
        sameShot: null,
        oomKillAt: oomKills.get(id)?.[0]?.at_ns ?? null,
        oomReport: first(oomReports.get(id), oomReportFacts),
        coreDump: first(coreDumps.get(id), coreDumpFacts),
        kernelLog: (kernelLog.get(id) ?? []).map(kernelLogFacts),
        command: commandBehind(death, sent, requests, commands),
        requests,
        reconstructed: death.reconstructed,
        losses: (losses.get(`${death.boot}@${death.died_ns}`) ?? []).map(lossFacts),
        rung: rows.rungs.get(death.host_id) ?? null,
      },
    ];
  });
  return new Map(facts);
}

/** Processes as they were at an instant, with their ancestors. */
export class Lineage {
  private readonly lives: ReadonlyMap<string, LineageRow>;
  private readonly images: ReadonlyMap<string, FormerImageRow[]>;

  constructor(lives: readonly LineageRow[], images: readonly FormerImageRow[]) {
    this.lives = new Map(lives.map((row) => [lifeId(row), row]));
    this.images = groupBy(images, lifeId);
  }

  at(key: LifeKey, atNs: bigint): ProcessFacts | null {
    const row = this.lives.get(lifeId(key));
    if (!row) return null;
    const image = this.images.get(lifeId(key))?.find((former) => atNs < former.until_ns) ?? row;
    return {
      ref: { pid: row.pid, start: String(row.start_ns) },
      comm: image.comm,
      exe: image.exe,
      args: image.args,
      argsCut: image.args_cut,
      uid: row.uid === null ? null : Number(row.uid),
      userName: row.user_name,
      login: loginFacts(row),
      tty: row.tty,
      unit: row.unit,
      container: containerOf(row),
      cgroup: row.cgroup,
      kernelThread: row.kernel_thread,
      ended: row.died_ns ?? (row.ended_at === null ? 'not yet' : null),
      ancestry: this.ancestors(row),
    };
  }

  private ancestors(row: LineageRow): AncestorFacts[] {
    const found: AncestorFacts[] = [];
    let parent = this.parentOf(row);
    while (parent && found.length < limits.ancestryDepthMax) {
      found.push({ ref: { pid: parent.pid, start: String(parent.start_ns) }, comm: parent.comm, args: parent.args });
      parent = this.parentOf(parent);
    }
    return found;
  }

  private parentOf(row: LineageRow): LineageRow | undefined {
    if (row.parent_pid === null || row.parent_start_ns === null) return undefined;
    return this.lives.get(lifeId({ boot: row.boot, pid: row.parent_pid, start_ns: row.parent_start_ns }));
  }
}

function loginFacts(row: LineageRow): ProcessFacts['login'] {
  if (row.login_uid === null) return null;
  const session = row.login_session === null ? null : Number(row.login_session);
  return { uid: Number(row.login_uid), name: row.login_name, session, tty: row.tty, source: row.login_source };
}

/** Where the kernel had just sent the same signal to the sender: when. */
function passedOnAt(row: SignalRow, sentTo: ReadonlyMap<string, readonly SignalRow[]>): bigint | null {
  const before = row.sender_pid === null ? undefined : sentTo.get(lifeId(senderKey(row)));
  const got = before?.findLast(
    ({ signal, sender_pid, code, at_ns }) =>
      signal === row.signal &&
      sender_pid === null &&
      code > 0 &&
      at_ns <= row.at_ns &&
      row.at_ns - at_ns <= passedOnWindowNs,
  );
  return got?.at_ns ?? null;
}

function signalFacts(row: SignalRow, people: Lineage): Omit<SignalFacts, 'passedOn'> {
  const party = (pid: number | null, start: bigint | null) =>
    pid === null || start === null ? null : people.at({ boot: row.boot, pid, start_ns: start }, row.at_ns);
  return {
    at: row.at_ns,
    signal: row.signal,
    code: row.code,
    sender: party(row.sender_pid, row.sender_start_ns) ?? unseenSender(row),
    running: party(row.running_pid, row.running_start_ns),
    thread: row.thread ?? 'group',
    disposition: row.disposition,
    result: row.result,
    address: row.address,
    count: Number(row.count),
    until: row.until_ns ?? row.at_ns,
    reachedLimit: row.circumstances?.limit ? limitFacts(row.circumstances.limit) : null,
    memoryState: row.circumstances?.memory ? memoryFacts(row.circumstances.memory) : null,
  };
}

function lossFacts(row: LossRow): LossFacts {
  const count = row.count === null ? null : Number(row.count);
  return { since: row.since_ns, until: row.until_ns, cause: row.cause, count, cgroup: row.cgroup };
}

/** A sender whose description was lost is still a sender: its pid is known. */
function unseenSender(row: SignalRow): ProcessFacts | null {
  if (row.sender_pid === null || row.sender_start_ns === null) return null;
  return unseen({ boot: row.boot, pid: row.sender_pid, start_ns: row.sender_start_ns });
}

function unseen(key: LifeKey): ProcessFacts {
  return unknownProcess({ pid: key.pid, start: String(key.start_ns) });
}

function first<R, F>(rows: readonly R[] | undefined, factsOf: (row: R) => F): F | null {
  const row = rows?.[0];
  return row === undefined ? null : factsOf(row);
}

export function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
