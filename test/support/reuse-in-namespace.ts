/**
 * Runs as the first program of a pid namespace (test/agent/pid-reuse.int.spec.ts): commands that were planned for processes whose pids
 * belong to others by now, prepared before and after those came. `pid_max` is the namespace's own since Linux 6.14.
 *
 * Arguments: the program `reuse-pids`, targets at once, rounds. Prints one line of JSON: what became of how many.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { prepareSetOomScoreAdj } from '../../agent/src/command/actions/set-oom-score-adj.js';
import { prepareSignalProcess } from '../../agent/src/command/actions/signal-process.js';
import type { Context } from '../../agent/src/command/context.js';
import { createLinux } from '../../agent/src/command/linux.js';
import { Steps, type Prepared } from '../../agent/src/command/outcome.js';
import { loadPidfd } from '../../agent/src/command/pidfd.js';
import { defaultPolicy } from '../../agent/src/command/policy.js';
import { createTools } from '../../agent/src/command/run-tools.js';
import type { Result } from '../../agent/src/result.js';
import { listTasks, readUptime } from '../../agent/src/source/procfs.js';

const pidMax = 4_096;
/** Never an oom_score_adj of theirs otherwise. */
const mark = 999;

const [program = '', atOnce = '', wantedRounds = ''] = process.argv.slice(2);
const rounds = Number(wantedRounds);
writeFileSync('/proc/sys/kernel/pid_max', String(pidMax));

const pidfd = await loadPidfd();
if (!pidfd.ok) throw new Error(pidfd.failure.sentence);
/** What is alive is listed once for all that is looked at together: thousands of lists would take longer than all the rest. */
let tasks = listTasks();
const system = createLinux({ listTasks: () => tasks, bootNanoseconds: readUptime }, pidfd.value);
const context: Context = {
  ...{ system, steps: new Steps(() => system.bootNanoseconds()), tools: createTools(system) },
  ...{ policy: defaultPolicy, noteAsked: () => undefined },
};

const child = spawn(program, [atOnce], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
const told = { pidMax: Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8')), rounds: 0, forks: 0 };
const seen = { highestPid: 0, acted: 0, prepared: 0, marked: 0, ended: 0 };

interface Planned {
  readonly pid: number;
  readonly again: () => Result<Prepared>;
  readonly prepared: Prepared;
}

let pids = await held();
while (told.rounds < rounds) {
  tasks = listTasks();
  const planned = pids.map(plan);
  child.stdin.write('\n');
  const others = await held();
  if (others.toSorted().join() !== pids.toSorted().join()) throw new Error('Not all pids came back.');
  tasks = listTasks();
  for (const one of planned) await tryOn(one);
  pids = others;
}
child.stdin.end();
console.log(JSON.stringify({ ...told, ...seen }));

async function held(): Promise<number[]> {
  const { value } = (await lines.next()) as { value: string | undefined };
  if (value === undefined || value.startsWith('hit')) throw new Error(`A process was ended: ${value ?? 'no word'}`);
  const numbers = value.split(' ').map(Number);
  told.forks += numbers.pop() ?? 0;
  seen.highestPid = Math.max(seen.highestPid, ...numbers);
  return numbers;
}

function plan(pid: number, index: number): Planned {
  const target = { pid, start: String(system.starts().get(pid)) };
  const again = () =>
    index % 2 === 0
      ? prepareSignalProcess({ kind: 'SIGNAL_PROCESS', process: target, signal: 9 }, context)
      : prepareSetOomScoreAdj({ kind: 'SET_OOM_SCORE_ADJ', process: target, oomScoreAdj: mark }, context);
  const prepared = again();
  if (!prepared.ok) throw new Error(prepared.failure.sentence);
  return { pid, again, prepared: prepared.value };
}

/** The pid is another's by now. */
async function tryOn({ pid, again, prepared }: Planned): Promise<void> {
  told.rounds += 1;
  const once = again();
  if (once.ok) {
    seen.prepared += 1;
    once.value.close();
  }
  const outcome = await prepared.act();
  prepared.close();
  if (outcome.state !== 'FAILED' || outcome.code !== 'command/target-gone') seen.acted += 1;
  const other = system.open(pid);
  if (other === undefined || other.hasEnded()) seen.ended += 1;
  if (other?.facts()?.oomScoreAdj === mark) seen.marked += 1;
  other?.close();
}
