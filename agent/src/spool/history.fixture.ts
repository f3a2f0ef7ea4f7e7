/**
 * The reference model of the spool: a kernel ring, an agent that reads it, a disk that crashes, a server that commits,
 * and what must hold after any history. Every record of the ring is one event, whose time is its place in the ring.
 */
import type { AgentStartEvent, KnownEvent, LossEvent } from '../contract.js';
import { silentLog } from '../log.js';
import { CrashDisk } from './disk.fixture.js';
import type { Outgoing } from './delivery.js';
import { Spool } from './spool.js';

export type Action =
  | { readonly do: 'turn'; readonly records: number }
  | { readonly do: 'sync' | 'kill' | 'mend' | 'forget' }
  | { readonly do: 'fail'; readonly what: 'append' | 'sync' | 'replace' | 'remove' | 'create' }
  | { readonly do: 'crash'; readonly choices: readonly number[] }
  | { readonly do: 'send'; readonly fate: 'arrives' | 'lost' | 'reply-lost' };

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export class History {
  readonly disk = new CrashDisk();
  readonly stored: number[] = [];
  readonly losses: LossEvent[] = [];
  readonly complaints: string[] = [];
  /** Records that must not vanish: all of this boot's, and those that were durable when an earlier one ended. */
  readonly owed = new Set<number>();
  readonly #bytesMax: number;
  readonly #committed = new Map<string, number>();
  /** By run: stored, or counted as lost. */
  readonly #accounted = new Map<string, number>();
  #forgot = false;
  #fresh = new Set<number>();
  #produced = 0;
  #released = 0;
  #read = 0;
  #boot = 1;
  #runs = 0;
  #sent: Outgoing | undefined;
  #spool: Spool;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#spool = this.#start();
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case 'turn':
        return this.#turn(action.records);
      case 'sync':
        return this.#sync();
      case 'kill':
        this.disk.kill();
        this.#spool = this.#start();
        return;
      case 'crash':
        return this.#crash(action.choices);
      case 'fail':
        this.disk.failing = { ...this.disk.failing, [action.what]: 'EIO' };
        return;
      case 'mend':
        this.disk.failing = {};
        return;
      case 'forget':
        this.#forgot = true;
        this.#committed.clear();
        return;
      case 'send':
        return this.#send(action.fate);
    }
  }

  /** Everything is told to a server that takes it. */
  async end(): Promise<void> {
    this.disk.failing = {};
    for (let sends = 0; !this.#spool.isEmpty && sends < 10_000; sends += 1) this.#send('arrives');
    if (!this.#spool.isEmpty) this.complaints.push('It never ends.');
    await this.#spool.close();
  }

  #start(): Spool {
    this.#runs += 1;
    this.#sent = undefined;
    const start = startOf(String(this.#produced));
    const header = { epoch: uuid(this.#runs), bootId: uuid(this.#boot), bootedAt: 'then', ring: '7', start };
    const { disk } = this;
    const bounds = { bytesMax: this.#bytesMax, memoryBytesMax: this.#bytesMax, syncMs: Infinity };
    const spool = new Spool({ disk, header, log: silentLog, ...bounds });
    spool.push(start);
    this.#read = Math.max(this.#released, spool.toldPosition('7'));
    spool.commit(this.#read, this.#released);
    return spool;
  }

  #turn(records: number): void {
    for (let count = 0; count < records; count += 1) this.#fresh.add((this.#produced += 1));
    for (; this.#read < this.#produced; this.#read += 1) {
      const at = String(this.#read + 1);
      this.#spool.push({ kind: 'exit', at, pid: 1, start: at, coreDumped: false });
    }
    if (records % 3 === 0) this.#spool.mark(String(this.#read));
    this.#spool.commit(this.#read, this.#read);
    this.#released = Math.max(this.#released, this.#spool.releasable ?? this.#read);
  }

  async #sync(): Promise<void> {
    await this.#spool.sync();
    if (!this.#spool.isDurable) return;
    for (const record of this.#fresh) if (record <= this.#read) this.#owe(record);
  }

  /** Power fails: the ring is gone, and what was neither durable nor stored is nobody's fault. */
  #crash(choices: readonly number[]): void {
    let choice = 0;
    this.disk.crash((max) => (choices[choice++ % choices.length] ?? 0) % (max + 1));
    this.disk.failing = {};
    this.#fresh.clear();
    this.#released = this.#produced;
    this.#boot += 1;
    this.#spool = this.#start();
  }

  #send(fate: 'arrives' | 'lost' | 'reply-lost'): void {
    this.#sent ??= this.#spool.next(5, 600);
    if (this.#sent === undefined || fate === 'lost') return;
    const committed = this.#commit(this.#sent);
    if (fate === 'reply-lost') return;
    const progress = this.#spool.acknowledge(committed);
    if (progress !== 'none') this.#sent = undefined;
    if (progress === 'lost') this.#spool.renumber(() => [startOf('0')]);
  }

  /** The server of src/contract/batch.ts. */
  #commit({ run, epoch, sequence, opening, lines }: Outgoing): number {
    const before = this.#committed.get(epoch) ?? 0;
    if (sequence > before + 1) return before;
    for (const [index, line] of lines.entries()) {
      const number = sequence + index;
      if (number <= before) continue;
      const event = JSON.parse(line) as KnownEvent;
      if ((number === 1) !== (event.kind === 'agent_start')) this.complaints.push(`${number} is ${event.kind}`);
      if (event.kind === 'exit') this.stored.push(Number(event.at));
      if (event.kind === 'loss') this.losses.push(event);
      this.#account(run, event, number > opening);
      this.#committed.set(epoch, number);
    }
    return this.#committed.get(epoch) ?? 0;
  }

  /** The ledger of src/store: what an agent says of itself is exact, what it says of a former one is the least. */
  #account(run: string, event: KnownEvent, isNew: boolean): void {
    const more = event.kind === 'exit' && isNew ? 1 : event.kind === 'loss' ? (event.streams?.sensor ?? 0) : 0;
    this.#accounted.set(run, (this.#accounted.get(run) ?? 0) + more);
    if (event.kind === 'loss' && event.read !== undefined)
      this.#accounted.set(run, Math.max(this.#accounted.get(run) ?? 0, event.read.sensor ?? 0));
    if (event.kind !== 'ledger' || this.#forgot) return;
    const accounted = this.#accounted.get(event.run) ?? 0;
    const read = event.read.sensor ?? 0;
    if (event.run === run ? accounted !== read : accounted < read)
      this.complaints.push(`${accounted} of ${read} that run ${event.run} had read, says ${run}`);
  }

  #owe(record: number): void {
    this.owed.add(record);
  }

  /** Records of this boot: whatever the agent does, the ring has them until they are safe. */
  oweAll(): void {
    for (const record of this.#fresh) if (record <= this.#read) this.#owe(record);
  }
}

function startOf(at: string): AgentStartEvent {
  return { kind: 'agent_start', at, version: '1', rung: 'ebpf', blindSpots: [], kernel: '6', arch: 'x', resumed: true };
}
