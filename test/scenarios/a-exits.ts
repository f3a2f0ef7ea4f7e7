/** A: ends of their own accord. */
import { dies, ended } from './processes.js';
import type { Expected, Scenario } from './scenario.js';

const success: Expected = { cause: 'EXITED', actor: 'SELF', shows: [/exited by itself with status 0/, /"exitCode":0/] };
const failure = (status: number, ...shows: RegExp[]): Expected => ({
  cause: 'FAILED',
  actor: 'SELF',
  shows: [new RegExp(`status ${status}\\b`), ...shows],
});
const ends =
  (program: string, ...args: readonly string[]): Scenario['produce'] =>
  async (scene) => ({ pid: await ended(scene, program, ...args) });

export const exits: readonly Scenario[] = [
  { id: 'A1', title: 'returns from main', expected: success, produce: ends('/bin/true') },
  { id: 'A1', title: 'exit(0)', expected: success, produce: dies('exit-0') },
  { id: 'A1', title: '_exit(0)', expected: success, produce: dies('quick-exit-0') },
  { id: 'A1', title: 'the last thread ends by pthread_exit', expected: success, produce: dies('threads-end') },
  { id: 'A2', title: 'exit(3)', expected: failure(3), produce: dies('exit-3') },
  {
    id: 'A2',
    title: 'Python dies of an uncaught exception',
    expected: failure(1, /general error/),
    produce: ends('python3', '-c', 'import sys; sys.stderr = None; raise ValueError'),
  },
  {
    id: 'A2',
    title: 'a shell is to run what is not executable',
    expected: failure(126, /found but not executable/),
    produce: ends('/bin/sh', '-c', '/etc/passwd'),
  },
  {
    id: 'A2',
    title: 'a shell is to run what is not there',
    expected: failure(127, /command not found/),
    produce: ends('/bin/sh', '-c', '/nowhere/at-all'),
  },
  {
    id: 'A3',
    title: 'exit(137) by itself',
    expected: failure(137, /not a SIGKILL/, /not an OOM kill/),
    produce: dies('exit-137'),
  },
  {
    id: 'A4',
    title: 'abort()',
    expected: {
      cause: 'ABORTED',
      actor: 'SELF',
      shows: [/aborted itself with SIGABRT/, /; a core was dumped|; no core was dumped: /],
    },
    produce: dies('abort'),
  },
  {
    id: 'A4',
    title: 'abort() without a core',
    expected: { cause: 'ABORTED', actor: 'SELF', shows: [/no core was dumped: .*RLIMIT_CORE/] },
    produce: async (scene) => {
      const script = `ulimit -c 0; exec ${await scene.program('dies')} abort`;
      return { pid: await ended(scene, '/bin/sh', '-c', script) };
    },
  },
  {
    id: 'A5',
    title: 'raise(SIGTERM)',
    expected: { cause: 'SIGNALED', actor: 'SELF', shows: [/ended itself with SIGTERM/] },
    produce: dies('raise-term'),
  },
  {
    id: 'A5',
    title: 'kill(getpid(), SIGKILL)',
    expected: { cause: 'SIGNALED', actor: 'SELF', shows: [/ended itself with SIGKILL/] },
    produce: dies('kill-self'),
  },
  {
    id: 'A6',
    title: 'writes into a pipe that nobody reads',
    expected: { cause: 'BROKEN_PIPE', actor: 'SELF', shows: [/nobody reads any more/] },
    produce: dies('pipe'),
  },
  {
    id: 'A7',
    title: 'alarm() not handled',
    expected: { cause: 'TIMER', actor: 'SELF', shows: [/SIGALRM/, /alarm or setitimer/] },
    produce: dies('alarm'),
  },
];
