/**
 * A host on paper: processes that signals act upon, a disk, a service manager; and a crash at any step. Every call of a port is
 * two steps, before and after its effect, so that an end is tried at each.
 */
import { success } from '../result.js';
import type { JournalDisk } from './journal.js';
import type { ProcessFacts } from './protection.js';
import type { OpenProcess, System } from './system.js';
import type { Ran, Tools } from './tools.js';
import { thisBoot } from './command.fixture.js';

export interface PaperProcess {
  facts: ProcessFacts;
  start: bigint;
  ended: boolean;
  readonly received: number[];
  /** What it does on a signal; without it the default. */
  onSignal?: (signal: number) => void;
  oomScoreAdjWrites: number;
}

export class Crash extends Error {}

export class Paper {
  bootId = thisBoot;
  nowNs = 1_000_000_000_000n;
  wallMs = Date.parse('2026-11-21T10:00:00Z');
  readonly processes = new Map<number, PaperProcess>();
  readonly ran: string[] = [];
  /** What programs answer; by their first words. */
  answer: (command: string) => Partial<Ran> = () => ({});
  /** Counts down; undefined: no crash. */
  stepsLeft: number | undefined;
  isDead = false;
  opened = 0;
  file: string | undefined;
  #synced: string | undefined;
  /** Of a line that is being written when it crashes. */
  tornBytes = 0;
  diskFails = false;

  add(pid: number, more: Partial<ProcessFacts> = {}): PaperProcess {
    const start = BigInt(pid) * 10_000_000n + 7n;
    const facts: ProcessFacts = {
      ...{ pid, innermostPid: pid, parentPid: 10, parentComm: 'sh', state: 'S', startTicks: BigInt(pid) },
      ...{ kernelThread: false, comm: 'app', program: 'app', uid: 1_000, oomScoreAdj: 0, cgroup: '/app.service' },
      ...more,
    };
    const process = { facts, start, ended: false, received: [], oomScoreAdjWrites: 0 };
    this.processes.set(pid, process);
    return process;
  }

  targetOf(pid: number) {
    return { pid, start: (this.processes.get(pid)?.start ?? 0n).toString() };
  }

  /** The agent's next life. After a power failure what was not synced is lost, but for a part. */
  restart(isPowerFailure: boolean): void {
    if (isPowerFailure && this.file !== undefined) {
      const synced = this.#synced ?? '';
      const rest = this.file.startsWith(synced) ? this.file.slice(synced.length) : '';
      this.file = synced === '' && this.#synced === undefined ? undefined : synced + rest.slice(0, this.tornBytes);
      this.bootId = '99999999-9999-4999-8999-999999999999';
    }
    this.isDead = false;
    this.stepsLeft = undefined;
    this.opened = 0;
  }

  /** A place to crash at. */
  point(): void {
    if (this.isDead) throw new Crash();
    if (this.stepsLeft === undefined) return;
    this.stepsLeft -= 1;
    if (this.stepsLeft > 0) return;
    this.isDead = true;
    throw new Crash();
  }

  #effect<T>(effect: () => T): T {
    this.point();
    const result = effect();
    this.point();
    return result;
  }

  readonly disk: JournalDisk = {
    read: () => this.#effect(() => this.file),
    append: (text, durable) => {
      if (this.diskFails) throw new Error('EIO');
      const before = this.file ?? '';
      this.file = before + text.slice(0, this.tornBytes);
      this.point();
      this.file = before + text;
      this.point();
      if (durable) this.#synced = this.file;
      this.point();
    },
    replace: (text) => {
      if (this.diskFails) throw new Error('EIO');
      this.#effect(() => (this.file = this.#synced = text));
    },
  };

  readonly system: System = {
    bootId: '',
    bootNanoseconds: () => this.nowNs,
    wallMs: () => this.wallMs,
    sleep: async (milliseconds) => {
      await Promise.resolve();
      this.#effect(() => (this.nowNs += BigInt(milliseconds) * 1_000_000n));
    },
    open: (pid) => this.#effect(() => this.#open(pid)),
    starts: () => new Map([...this.processes].map(([pid, { start }]) => [pid, start])),
    glance: (pid) => this.processes.get(pid)?.facts,
    agentLine: () => new Set([500, 10, 1]),
    agent: () => ({ pid: 500, start: '5' }),
    nameOfUser: (uid) => (uid === 0 ? 'root' : undefined),
  };

  readonly tools: Tools = {
    run: (program, args) => {
      const command = [program, ...args].join(' ');
      return Promise.resolve(
        this.#effect(() => {
          this.ran.push(command);
          return success({ exitCode: 0, output: '', actor: { pid: 600, start: '6' }, ...this.answer(command) });
        }),
      );
    },
    ask: (engine, method, path) => {
      const command = `${engine} ${method} ${path}`;
      this.ran.push(command);
      const { exitCode = 204, output = '{}' } = this.answer(command);
      return Promise.resolve(success({ status: exitCode, body: JSON.parse(output) as unknown }));
    },
    readPidFile: () => undefined,
    hasInitScript: (service) => service === 'cron',
  };

  get ports(): { system: System; tools: Tools } {
    return { system: { ...this.system, bootId: this.bootId }, tools: this.tools };
  }

  #open(pid: number): OpenProcess | undefined {
    const process = this.processes.get(pid);
    if (process === undefined) return undefined;
    this.opened += 1;
    return {
      pid,
      facts: () => (this.processes.get(pid) === process ? process.facts : undefined),
      signal: (signal) => this.#effect(() => this.#signal(process, signal)),
      hasEnded: () => process.ended,
      waitChannel: () => (process.facts.state === 'D' ? 'nfs_wait' : undefined),
      setOomScoreAdj: (value) =>
        this.#effect(() => {
          process.oomScoreAdjWrites += 1;
          process.facts = { ...process.facts, oomScoreAdj: value };
          return 0;
        }),
      close: () => void (this.opened -= 1),
    };
  }

  #signal(process: PaperProcess, signal: number): number {
    if (process.ended) return 3;
    process.received.push(signal);
    if (process.onSignal) process.onSignal(signal);
    else if (signal === 18) process.facts = { ...process.facts, state: 'S' };
    else if (signal === 19) process.facts = { ...process.facts, state: 'T' };
    else if (signal !== 17 && process.facts.state !== 'D') this.end(process);
    return 0;
  }

  /** Its zombies go to init, which collects them. */
  end(process: PaperProcess): void {
    process.ended = true;
    for (const [pid, { facts }] of this.processes)
      if (facts.parentPid === process.facts.pid && facts.state === 'Z') this.processes.delete(pid);
    this.processes.delete(process.facts.pid);
  }
}
