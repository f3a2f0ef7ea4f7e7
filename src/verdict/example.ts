/**
 * Example facts for specs: worker (pid 4711) of alice, watched by ebpf, dead ten seconds after boot-clock 1000 s; every
 * field can be overridden. `ms` before the death is how signals say when.
 */
import type {
  CoreDumpFacts,
  DeathFacts,
  LimitFacts,
  MemoryFacts,
  OomReportFacts,
  ProcessFacts,
  RequestFacts,
  SignalFacts,
} from './facts.js';
import { unknownDeath, unknownProcess } from './unknown-facts.js';

export const diedAt = 1_010_000_000_000n;

export function death(overrides: Partial<DeathFacts> = {}): DeathFacts {
  return unknownDeath({ victim: worker, at: diedAt, rung: 'ebpf', ...overrides });
}

export function process(overrides: Partial<ProcessFacts> & { readonly pid: number }): ProcessFacts {
  const { pid, ...rest } = overrides;
  return unknownProcess(
    { pid, start: `${pid}000` },
    { comm: 'worker', uid: 1000, userName: 'alice', ended: 'not yet', ...rest },
  );
}

/** From user space unless said otherwise: SI_USER, to the group, no handler, one millisecond before the death. */
export function sent(
  signal: number,
  sender: ProcessFacts | null,
  overrides: Partial<SignalFacts> & { readonly msBefore?: number } = {},
): SignalFacts {
  const { msBefore = 1, ...rest } = overrides;
  const at = diedAt - BigInt(msBefore) * 1_000_000n;
  return {
    at,
    signal,
    code: 0,
    sender,
    running: null,
    thread: 'group',
    disposition: 'default',
    result: 'delivered',
    address: null,
    count: 1,
    until: at,
    reachedLimit: null,
    memoryState: null,
    passedOn: null,
    ...rest,
  };
}

/** Made by the kernel: no sender, SI_KERNEL unless said otherwise. */
export function kernelMade(signal: number, overrides: Parameters<typeof sent>[2] = {}): SignalFacts {
  return sent(signal, null, { code: 128, ...overrides });
}

const mebibyte = 1024 * 1024;

/** As it was when the signal was made. */
export function limit(
  resource: LimitFacts['resource'],
  soft: number | null,
  hard: number | null,
  cpuTime: bigint | null,
): LimitFacts {
  return { resource, soft, hard, cpuTime };
}

/** 35 ms after the example's signals: a host of 16 GiB, with 2 GiB of swap, all but full. */
export function memoryState(overrides: Partial<MemoryFacts> = {}): MemoryFacts {
  return {
    at: diedAt + 34_000_000n,
    total: 16 * 1024 * mebibyte,
    available: 312 * mebibyte,
    swapTotal: 2 * 1024 * mebibyte,
    swapFree: 0,
    stalled: { some: 41.2, full: 12.5 },
    cgroup: null,
    ...overrides,
  };
}

/** A cgroup reached its limit of 512 MiB because mysqld asked for more: worker, which held 480 MiB, was chosen. */
export function oomReport(overrides: Partial<OomReportFacts> = {}): OomReportFacts {
  return {
    at: diedAt - 2_000_000n,
    constraint: 'memcg',
    cgroup: '/box',
    memory: [{ kind: 'memory', usage: 512 * mebibyte, limit: 512 * mebibyte, failures: 42 }],
    trigger: { comm: 'mysqld', pid: 812, isVictim: false, gfpMask: 'GFP_KERNEL', order: 0 },
    victim: {
      anonRss: 470 * mebibyte,
      fileRss: 10 * mebibyte,
      shmemRss: 0,
      pageTables: mebibyte,
      oomScoreAdj: 0,
    },
    table: null,
    groupKill: false,
    cut: false,
    ...overrides,
  };
}

export function coreDump(overrides: Partial<CoreDumpFacts> = {}): CoreDumpFacts {
  const nothing = { pattern: null, path: null, size: null, truncated: false, obstacle: null, limit: null };
  return { at: diedAt + 1_000_000_000n, ...nothing, ...overrides };
}

const init = { ref: { pid: 1, start: '10' }, comm: 'systemd', args: ['/sbin/init'] };
export const bash = { ref: { pid: 4000, start: '4000000' }, comm: 'bash', args: ['-bash'] };
export const alice = { uid: 1000, name: 'alice', session: 3, tty: 'pts/0', source: null };

export const worker = process({
  pid: 4711,
  args: ['/usr/bin/worker'],
  ancestry: [{ ref: { pid: 4500, start: '4500000' }, comm: 'supervisor', args: ['supervisor'] }, init],
});

export const kill = process({
  pid: 4712,
  comm: 'kill',
  exe: '/usr/bin/kill',
  args: ['/bin/kill', '-9', '4711'],
  login: alice,
  ancestry: [bash, init],
});

/** alice types at it. */
export const shell = process({ pid: 4000, comm: 'bash', args: ['-bash'], login: alice, ancestry: [init] });

export const guard = process({
  pid: 900,
  comm: 'python3',
  args: ['python3', 'guard.py'],
  uid: 0,
  userName: 'root',
  ancestry: [init],
});

/** The host's own service manager. */
export const systemd = unknownProcess(init.ref, {
  ended: 'not yet',
  comm: 'systemd',
  args: ['/sbin/init'],
  uid: 0,
  userName: 'root',
  unit: 'init.scope',
  cgroup: '/init.scope',
});

/** redis-server of redis-server.service: pid 4711, which systemd had started. */
export const service = process({
  pid: 4711,
  comm: 'redis-server',
  args: ['/usr/bin/redis-server'],
  userName: 'redis',
  unit: 'redis-server.service',
  cgroup: '/system.slice/redis-server.service',
  ancestry: [init],
});

/** alice ran it at her terminal, so long before the death of the example. */
export function command(
  args: readonly string[],
  msBefore: number,
  overrides: Partial<ProcessFacts> = {},
): RequestFacts {
  const from = { comm: args[0]?.split('/').at(-1) ?? '', uid: 0, userName: 'root', login: alice };
  const ran = process({ pid: 5001, args, ...from, ancestry: [bash, init], ...overrides });
  return { process: ran, at: diedAt - BigInt(msBefore) * 1_000_000n, signal: null };
}
