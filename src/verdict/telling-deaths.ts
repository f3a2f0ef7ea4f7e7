/**
 * Deaths of every rule, as a sensor that sees everything would tell them: for the properties of the engine, and for people
 * who read its sentences (summaries.txt).
 */
import {
  bash,
  coreDump,
  death,
  diedAt,
  guard,
  kernelMade,
  kill,
  limit,
  oomReport,
  process,
  sent,
  shell,
  worker,
} from './example.js';
import type { DeathFacts } from './facts.js';

const segfaultLine = { at: diedAt, topic: 'segfault', text: 'worker[4711]: segfault at 0 ip 0 sp 0 error 4' } as const;

export const tellingDeaths: Readonly<Record<string, DeathFacts>> = {
  exited: death({ code: 0 }),
  'exited after a request': death({ code: 0, signals: [sent(15, kill, { disposition: 'caught' })] }),
  failed: death({ code: 137 }),
  crashed: death({ signal: 11, signals: [kernelMade(11, { code: 1, address: '0x0', thread: 4711, running: worker })] }),
  'crashed, raised again': death({
    signal: 11,
    signals: [
      kernelMade(11, { code: 1, address: '0x0', thread: 4711, disposition: 'caught', msBefore: 2 }),
      sent(11, worker, { code: -6, thread: 4711 }),
    ],
  }),
  aborted: death({ signal: 6, coreDumped: true, signals: [sent(6, worker, { code: -6, thread: 4711 })] }),
  'broken pipe': death({ signal: 13, signals: [sent(13, worker, { thread: 4711, running: worker })] }),
  timer: death({ signal: 14, signals: [kernelMade(14, { running: guard })] }),
  'cpu limit': death({
    signal: 24,
    signals: [kernelMade(24, { running: worker, reachedLimit: limit('cpu', 60, 3600, 60_000_000_000n) })],
  }),
  'cpu limit, value not known': death({ signal: 24, signals: [kernelMade(24, { running: worker })] }),
  'hard cpu limit': death({
    signal: 9,
    signals: [kernelMade(9, { running: worker, reachedLimit: limit('cpu', 60, 60, 60_000_000_000n) })],
  }),
  'real-time limit': death({
    signal: 24,
    signals: [kernelMade(24, { running: worker, reachedLimit: limit('real-time', 200_000, null, 3_000_000_000n) })],
  }),
  'file size limit': death({
    signal: 25,
    signals: [sent(25, worker, { thread: 4711, reachedLimit: limit('file-size', 4096, null, 5_000_000n) })],
  }),
  'file size limit, value not known': death({ signal: 25, signals: [sent(25, worker, { thread: 4711 })] }),
  seccomp: death({ signal: 31, signals: [kernelMade(31, { code: 1, thread: 4711 })] }),
  'killed by a person': death({ signal: 9, signals: [sent(9, kill)] }),
  'killed by the parent': death({ signal: 15, signals: [sent(15, process({ pid: 4500, comm: 'supervisor' }))] }),
  'killed after a request': death({
    signal: 9,
    signals: [sent(15, guard, { disposition: 'caught', msBefore: 10_000 }), sent(9, guard)],
  }),
  'cgroup.kill': death({ signal: 9, signals: [sent(9, guard, { thread: 4711 })] }),
  'parent death': death({
    signal: 15,
    signals: [sent(15, process({ pid: 4500, comm: 'supervisor', ended: diedAt - 2_000_000n }))],
  }),
  'namespace teardown': death({
    signal: 9,
    signals: [kernelMade(9, { running: process({ pid: 4500, comm: 'supervisor' }) })],
  }),
  'ctrl-C': death({ signal: 2, signals: [kernelMade(2, { running: guard })] }),
  'stopped gracefully': death({ code: 143, signals: [sent(15, kill, { disposition: 'caught' })] }),
  'shot with SIGSEGV': death({ signal: 11, signals: [sent(11, kill)] }),
  'shot with SIGABRT': death({ signal: 6, signals: [sent(6, kill)] }),
  raised: death({ signal: 15, signals: [sent(15, worker, { code: -6, thread: 4711 })] }),
  'oom killer': death({ signal: 9, oomKillAt: diedAt - 2_000_000n, signals: [kernelMade(9, { running: guard })] }),
  'terminal closed': death({
    victim: { ...worker, tty: 'pts/3' },
    signal: 1,
    signals: [kernelMade(1, { running: guard })],
  }),
  'terminal closed, passed on by the shell': death({
    signal: 1,
    victim: { ...worker, ancestry: [bash] },
    signals: [sent(1, shell, { passedOn: diedAt - 3_000_000n })],
  }),
  'broken pipe, then raised': death({
    signal: 13,
    signals: [sent(13, worker, { msBefore: 10 }), sent(13, worker, { code: -6, thread: 4711, msBefore: 9 })],
  }),
  'seen by procfs': death({ signal: 9, rung: 'procfs' }),
  'nothing seen': death({}),
  'oom killer with its report': death({
    signal: 9,
    oomKillAt: diedAt - 2_000_000n,
    oomReport: oomReport(),
    signals: [kernelMade(9, { running: guard })],
  }),
  'oom killer of the host': death({
    signal: 9,
    oomReport: oomReport({ constraint: 'none', cgroup: null, memory: [] }),
    signals: [kernelMade(9)],
  }),
  'oom killer before anybody watched': death({ signal: 9, oomReport: oomReport(), reconstructed: true }),
  'killed by a person while memory ran out': death({ signal: 9, oomReport: oomReport(), signals: [sent(9, kill)] }),
  'crashed, with a core': death({
    signal: 11,
    coreDumped: true,
    coreDump: coreDump({ path: '/cores/core.4711', size: 4096 }),
    signals: [kernelMade(11, { code: 1, address: '0x0', thread: 4711, running: worker })],
  }),
  'crashed before anybody watched': death({ signal: 11, reconstructed: true, kernelLog: [segfaultLine] }),
};
