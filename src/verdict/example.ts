/**
 * Example facts for specs: worker (pid 4711) of alice, watched by ebpf, dead ten seconds after boot-clock 1000 s; every
 * field can be overridden. `ms` before the death is how signals say when.
 */
import type { DeathFacts, ProcessFacts, SignalFacts } from './facts.js';

export const diedAt = 1_010_000_000_000n;

export function death(overrides: Partial<DeathFacts> = {}): DeathFacts {
  return {
    victim: worker,
    at: diedAt,
    code: null,
    signal: null,
    coreDumped: false,
    signals: [],
    oomKillAt: null,
    losses: [],
    rung: 'ebpf',
    ...overrides,
  };
}

export function process(overrides: Partial<ProcessFacts> & { readonly pid: number }): ProcessFacts {
  const { pid, ...rest } = overrides;
  return {
    ref: { pid, start: `${pid}000` },
    comm: 'worker',
    exe: null,
    args: [],
    argsCut: false,
    uid: 1000,
    userName: 'alice',
    login: null,
    unit: null,
    container: null,
    kernelThread: false,
    ancestry: [],
    ...rest,
  };
}

/** From user space unless said otherwise: SI_USER, to the group, no handler, one millisecond before the death. */
export function sent(
  signal: number,
  sender: ProcessFacts | null,
  overrides: Partial<SignalFacts> & { readonly msBefore?: number } = {},
): SignalFacts {
  const { msBefore = 1, ...rest } = overrides;
  return {
    at: diedAt - BigInt(msBefore) * 1_000_000n,
    signal,
    code: 0,
    sender,
    running: null,
    thread: null,
    disposition: 'default',
    result: 'delivered',
    address: null,
    ...rest,
  };
}

/** Made by the kernel: no sender, SI_KERNEL unless said otherwise. */
export function kernelMade(signal: number, overrides: Parameters<typeof sent>[2] = {}): SignalFacts {
  return sent(signal, null, { code: 128, ...overrides });
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

export const guard = process({
  pid: 900,
  comm: 'python3',
  args: ['python3', 'guard.py'],
  uid: 0,
  userName: 'root',
  ancestry: [init],
});
