/**
 * Hosts with the real uplink of the agent (agent/src/uplink/uplink.ts) and a spool in memory: what they send is made up, how they
 * send it is not. What each of them has told is known to the event, so that storage can be held to it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from 'postgres';
import type { Outgoing, Progress } from '../../agent/src/spool/delivery.js';
import type { Spool } from '../../agent/src/spool/spool.js';
import { silentLog } from '../../agent/src/log.js';
import { createHttpClient, type Exchange, type HttpClient } from '../../agent/src/uplink/http.js';
import { Uplink } from '../../agent/src/uplink/uplink.js';
import type { Event } from '../../src/contract/index.js';
import { machineId } from './host.js';

const nsPerMs = 1_000_000n;
const uptimeMs = 3_600_000;
const signalledEach = 33;
const ledgerEachLives = 250;
const tickMs = 100;

/** Where a batch goes: to one API, or to several at once, of which the first is listened to. */
export interface Route {
  readonly urls: readonly [string, ...string[]];
  /** The answer is lost on its way. */
  readonly isReplyLost?: boolean;
}

export interface FleetOptions {
  /** Asked before every request. */
  readonly routeOf: () => Route;
  readonly adminToken: string;
  readonly sql: Sql;
  readonly hosts: number;
  readonly eventsPerSecond: number;
}

/** What storage must hold of one host. */
interface Truth {
  readonly lives: number;
  readonly signals: number;
  readonly events: number;
}

export interface Fleet {
  /** Answers by status; `lost` where nobody knows whether the server took it. */
  readonly answers: ReadonlyMap<string, number>;
  /** What could not be retried, as the agents saw it. */
  readonly refusals: readonly string[];
  readonly produced: () => number;
  readonly waiting: () => number;
  /** So much happens from now on. */
  setRate(eventsPerSecond: number): void;
  /** Nothing new happens on the hosts any more. @returns once everything is acknowledged @throws when that takes too long */
  finish(boundMs: number): Promise<void>;
  /** What is stored and should not be, or the other way round; empty when all is exactly once. */
  differences(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const answers = new Map<string, number>();
  const refusals: string[] = [];
  const see = (exchange: Exchange) => {
    answers.set(String(exchange.status), (answers.get(String(exchange.status)) ?? 0) + 1);
    const isKnown = exchange.status === 'lost' || [200, 429, 503].includes(exchange.status);
    if (!isKnown) refusals.push(`${exchange.status} ${JSON.stringify(exchange.body)}`);
  };
  const hosts: FleetHost[] = [];
  for (let n = 0; n < options.hosts; n += 1) hosts.push(await FleetHost.enroll(options, `fleet-${n}`, see));
  let rate = options.eventsPerSecond;
  let last = performance.now();
  const timer = setInterval(() => {
    // As many as the time that has passed, also when this process did not get its turn.
    const seconds = (performance.now() - last) / 1_000;
    last = performance.now();
    for (const host of hosts) host.live((rate * seconds) / hosts.length);
  }, tickMs);
  const waiting = () => hosts.reduce((sum, host) => sum + host.waiting, 0);
  return {
    answers,
    refusals,
    waiting,
    produced: () => hosts.reduce((sum, host) => sum + host.truth.events, 0),
    setRate: (eventsPerSecond) => void (rate = eventsPerSecond),
    finish: async (boundMs) => {
      clearInterval(timer);
      for (const host of hosts) host.end();
      const deadline = performance.now() + boundMs;
      while (waiting() > 0) {
        if (performance.now() > deadline) throw new Error(`${waiting()} events are not acknowledged`);
        await sleep(100);
      }
    },
    differences: async () => (await Promise.all(hosts.map((host) => host.differences(options.sql)))).flat(),
    close: async () => {
      clearInterval(timer);
      await Promise.all(hosts.map((host) => host.close()));
    },
  };
}

/** What the uplink needs of a spool. Events are made when they are wanted: a backlog of millions is a number. */
class MemorySpool {
  onAppended: (isUrgent: boolean) => void = () => undefined;
  private readonly lines: string[] = [];
  private firstSequence = 1;

  constructor(
    private readonly where: Pick<Outgoing, 'run' | 'epoch' | 'bootId'>,
    /** The next events that happened; none when there are no more. */
    private readonly more: () => readonly Event[],
  ) {}

  get length(): number {
    return this.lines.length;
  }
  get isEmpty(): boolean {
    this.fill(1);
    return this.lines.length === 0;
  }

  private fill(count: number): void {
    while (this.lines.length < count) {
      const events = this.more();
      if (events.length === 0) return;
      this.lines.push(...events.map((event) => JSON.stringify(event)));
    }
  }

  next(eventsMax: number, charactersMax: number): Outgoing | undefined {
    this.fill(eventsMax + 1);
    if (this.lines.length === 0) return undefined;
    let characters = 0;
    const isBeyond = (line: string, index: number) => (characters += line.length) > charactersMax || index >= eventsMax;
    const end = this.lines.findIndex(isBeyond);
    const lines = this.lines.slice(0, end < 0 ? undefined : end);
    const more = lines.length < this.lines.length;
    return { ...this.where, sequence: this.firstSequence, opening: 0, bootedAt: undefined, lines, more };
  }

  acknowledge(committed: number): Progress {
    const count = committed + 1 - this.firstSequence;
    if (count < 0 || count > this.lines.length) return 'lost';
    this.lines.splice(0, count);
    this.firstSequence += count;
    return count > 0 ? 'some' : 'none';
  }

  renumber(): void {
    throw new Error('The server does not know the numbering: something that was acknowledged is gone.');
  }
}

class FleetHost {
  private readonly where = { run: randomUUID(), epoch: randomUUID(), bootId: randomUUID() };
  private readonly spool = new MemorySpool(this.where, () => this.next());
  private readonly bootedAt = new Date(Date.now() - uptimeMs).toISOString();
  private readonly uplink: Uplink;
  private lives = 0;
  private signals = 0;
  private marks = 0;
  /** Events that happened and are not made yet. */
  private owed = 0;
  private isEnding = false;
  private isOver = false;

  private constructor(
    private readonly hostId: number,
    http: HttpClient,
    credential: string,
  ) {
    this.uplink = new Uplink({
      http,
      credential,
      spool: this.spool as unknown as Spool,
      bootedAt: () => this.bootedAt,
      log: silentLog,
      onDelivered: () => undefined,
      openingEvents: () => [],
    });
    this.uplink.start();
  }

  static async enroll(options: FleetOptions, name: string, see: (exchange: Exchange) => void): Promise<FleetHost> {
    const ask = async (path: string, token: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
      const init = { method: 'POST', headers, ...(body && { body: JSON.stringify(body) }) };
      return (await (await fetch(`${options.routeOf().urls[0]}${path}`, init)).json()) as Record<string, string>;
    };
    const { token } = await ask('/v1/enroll-tokens', options.adminToken);
    const { hostId, credential } = await ask('/v1/enroll', token!, { machineId: machineId(name), name });
    return new FleetHost(Number(hostId), roaming(options.routeOf, see), credential!);
  }

  get waiting(): number {
    return this.spool.length + Math.max(0, Math.floor(this.owed / 2) * 2) + (this.isOver ? 0 : 1);
  }

  get truth(): Truth {
    return { lives: this.lives, signals: this.signals, events: 2 * this.lives + this.signals + this.marks };
  }

  /** So many events happen; those that are no whole life yet happen next time. */
  live(events: number): void {
    this.owed += events;
    if (this.owed >= 2) this.spool.onAppended(true);
  }

  /** Nothing happens any more; the last event is what the agent says it has read (src/contract/ledger.ts). */
  end(): void {
    this.isEnding = true;
    this.spool.onAppended(true);
  }

  private next(): readonly Event[] {
    if (this.owed >= 2) {
      const events = this.oneLife();
      this.owed -= events.length;
      return events;
    }
    if (!this.isEnding || this.isOver) return [];
    this.isOver = true;
    return [this.mark()];
  }

  private mark(): Event {
    this.marks += 1;
    const read = { sensor: 2 * this.lives + this.signals };
    return { kind: 'ledger', at: this.now(this.lives), run: this.where.run, read };
  }

  private now(n: number): string {
    return String(BigInt(uptimeMs) * nsPerMs + BigInt(n) * nsPerMs);
  }

  private oneLife(): Event[] {
    const n = this.lives;
    this.lives += 1;
    const isSignalled = n % signalledEach === 0;
    if (isSignalled) this.signals += 1;
    const ref = { pid: 1_000 + (n % 4_000_000), start: this.now(n) };
    const end = String(BigInt(ref.start) + 400_000n);
    const parent = { pid: 1, start: '0' };
    const image = { comm: 'sh', exe: '/usr/bin/sh', args: ['sh', '-c', `job ${n % 100}`], user: { uid: 0 } };
    return [
      { kind: 'process', at: ref.start, ...ref, origin: 'exec', parent, ...image },
      ...(isSignalled
        ? [
            {
              ...{ kind: 'signal' as const, at: end, signal: 15, code: 0, target: ref, sender: parent },
              ...{ disposition: 'default' as const, result: 'delivered' as const },
            },
          ]
        : []),
      { kind: 'exit', at: end, ...ref, ...(isSignalled ? { signal: 15 } : { code: 0 }), coreDumped: false },
      ...(n % ledgerEachLives === ledgerEachLives - 1 ? [this.mark()] : []),
    ] as Event[];
  }

  async differences(sql: Sql): Promise<string[]> {
    const { lives, signals, events } = this.truth;
    const { hostId } = this;
    const [stored] = await sql<Record<string, number>[]>`select
      (select count(*)::int from boots where host_id = ${hostId}) as boots,
      (select count(*)::int from processes where host_id = ${hostId} and pid >= 1000) as lives,
      (select count(*)::int from deaths where host_id = ${hostId}) as deaths,
      (select count(*)::int from signals s join boots b on b.id = s.boot where b.host_id = ${hostId}) as signals,
      (select committed::int from ingest_cursors where host_id = ${hostId} and epoch = ${this.where.epoch}) as numbered,
      (select stored::int from ledger_streams where host_id = ${hostId} and stream = 'sensor') as ledger,
      (select coalesce(sum(abs(unaccounted)), 0)::int from ledger_streams where host_id = ${hostId}) as unaccounted,
      (select count(*)::int from losses where host_id = ${hostId}) as losses`;
    const wanted = {
      ...{ boots: 1, lives, deaths: lives, signals, numbered: events },
      ...{ ledger: 2 * lives + signals, unaccounted: 0, losses: 0 },
    };
    return Object.entries(wanted).flatMap(([name, count]) =>
      stored![name] === count ? [] : [`host ${hostId}: ${name} ${stored![name]} instead of ${count}`],
    );
  }

  async close(): Promise<void> {
    await this.uplink.stop(0);
  }
}

/** The agent's own client, each request where it is told to go. */
function roaming(routeOf: () => Route, see: (exchange: Exchange) => void): HttpClient {
  const clients = new Map<string, HttpClient>();
  const clientOf = (url: string) => {
    const client = clients.get(url) ?? createHttpClient(new URL(url), undefined);
    clients.set(url, client);
    return client;
  };
  return {
    post: async (path, token, body) => {
      const { urls, isReplyLost } = routeOf();
      const exchanges = urls.map((url) => clientOf(url).post(path, token, body));
      const exchange = await exchanges[0]!;
      see(exchange);
      return isReplyLost ? { status: 'lost', reason: 'for the test' } : exchange;
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}
