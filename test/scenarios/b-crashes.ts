/** B: crashes, what only looks like one, and limits. */
import { askAlive, askWithHistory } from './ask.js';
import { dies, ended, killedBy, send, sleeper, startTalking } from './processes.js';
import { another, type Elsewhere, type Expected, type Scenario } from './scenario.js';

/** Whether there is a core is said of each. */
const crash = (...shows: RegExp[]): Expected => ({
  cause: 'CRASHED',
  actor: 'SELF',
  shows: [...shows, /; a core was dumped|; no core was dumped: /],
});
const faults = 3_000;

export const crashes: readonly (Scenario | Elsewhere)[] = [
  {
    id: 'B1',
    title: 'null pointer',
    expected: crash(/SIGSEGV: SEGV_MAPERR at 0x0 \(null pointer\)/),
    produce: dies('null'),
  },
  { id: 'B1', title: 'bad address', expected: crash(/SIGSEGV: SEGV_MAPERR at 0xdead000/), produce: dies('address') },
  { id: 'B1', title: 'stack overflow', expected: crash(/SIGSEGV: SEGV_(MAP|ACC)ERR at 0x7f/), produce: dies('stack') },
  { id: 'B1', title: 'a mapping that was truncated', expected: crash(/SIGBUS: BUS_ADRERR/), produce: dies('bus') },
  { id: 'B1', title: 'division by zero', expected: crash(/SIGFPE: FPE_INTDIV/), produce: dies('divide') },
  { id: 'B1', title: 'illegal instruction', expected: crash(/SIGILL: ILL_ILLOPN/), produce: dies('illegal') },
  {
    id: 'B1',
    title: 'a handler that raises the fault again',
    expected: crash(/raised again/),
    produce: dies('caught-fault'),
  },
  {
    id: 'B1',
    title: 'a crash with its line of the kernel log',
    test: 'test/e2e/evidence.e2e.spec.ts: a_crash_with_what_became_of_its_core',
    reason: 'the kernel writes ten of these in five seconds at most',
  },
  {
    id: 'B2',
    title: 'kill -SEGV by another',
    expected: { cause: 'SIGNALED', actor: another, shows: [/SIGSEGV from kill/, /this is not a crash/] },
    produce: async (scene) => {
      const victim = await sleeper(scene);
      return killedBy(scene, victim, '/bin/kill', '-SEGV', String(victim.pid));
    },
  },
  {
    id: 'B3',
    title: `catches SIGSEGV ${faults} times, as a JVM does`,
    expected: {
      cause: 'EXITED',
      actor: 'SELF',
      shows: [/"name":"SIGSEGV"[^}]*\},"sender":null,"disposition":"CAUGHT","count":\d{3}/],
    },
    produce: async (scene) => {
      const floods = await startTalking(scene, await scene.program('floods'), 'faults', String(faults));
      await floods.ended;
      return { pid: floods.pid };
    },
    ask: askWithHistory,
  },
  {
    id: 'B3',
    title: 'SIGQUIT makes it print stacks, and it lives',
    expected: { cause: 'ALIVE', actor: null, shows: [/"SIGQUIT"\},"sender":\{"comm":"kill"\},"disposition":"CAUGHT"/] },
    produce: async (scene) => {
      const code = `
import faulthandler, os, signal, sys, time
faulthandler.register(signal.SIGQUIT, file=open(os.devnull, "w"))
print("ready", flush=True)
time.sleep(1000)`;
      const { pid } = await startTalking(scene, 'python3', '-c', code);
      await send(scene, 'QUIT', pid);
      return { pid };
    },
    ask: askAlive,
  },
  {
    id: 'B4',
    title: 'no core because of ulimit -c',
    expected: crash(/no core was dumped: its core file size limit \(RLIMIT_CORE\) was 0/),
    produce: async (scene) => {
      const script = `ulimit -c 0; exec ${await scene.program('dies')} null`;
      return { pid: await ended(scene, '/bin/sh', '-c', script) };
    },
  },
  {
    id: 'B4',
    title: 'no core because of core_pattern or coredump.conf',
    test: 'src/verdict/core-clause.spec.ts: says_%s',
    reason: 'settings of the whole machine, which are left alone',
  },
  {
    id: 'B5',
    title: 'seccomp forbids a system call',
    expected: { cause: 'SECCOMP', actor: 'KERNEL', shows: [/SIGSYS: a seccomp filter/] },
    produce: dies('seccomp'),
  },
  {
    id: 'B6',
    title: 'RLIMIT_CPU',
    expected: {
      cause: 'RESOURCE_LIMIT',
      actor: 'KERNEL',
      shows: [
        /SIGXCPU: it reached its soft limit of 1 s of CPU time \(RLIMIT_CPU; hard limit: 30 s;/,
        /^RLIMIT_CPU of dies \(pid \d+\) was 1 s \(soft\) and 30 s \(hard\) at that instant; its threads had run /m,
      ],
    },
    produce: dies('cpu-limit'),
  },
  {
    id: 'B6',
    title: 'ulimit -t: no SIGXCPU comes before the SIGKILL',
    expected: {
      cause: 'RESOURCE_LIMIT',
      actor: 'KERNEL',
      shows: [/SIGKILL: it reached its hard limit of 1 s of CPU time \(RLIMIT_CPU; ulimit -t or LimitCPU= sets it\)/],
    },
    produce: async (scene) => ({ pid: await ended(scene, 'bash', '-c', 'ulimit -t 1; while :; do :; done') }),
  },
  {
    id: 'B6',
    title: 'RLIMIT_FSIZE',
    expected: {
      cause: 'RESOURCE_LIMIT',
      actor: 'KERNEL',
      shows: [
        /SIGXFSZ: it reached its soft limit of 16 bytes of file size \(RLIMIT_FSIZE; /,
        /^RLIMIT_FSIZE of dies \(pid \d+\) was 16 bytes \(soft\) and /m,
      ],
    },
    produce: dies('file-limit'),
  },
];
