/** E6: two daemons that guard each other, and start again what they guard. In a pid namespace of their own. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Elsewhere } from './scenario.js';

/** guard.sh SELF OTHER: looks after OTHER, by its pid file. bash, since it waits for its children without being told to. */
const guard = `echo $$ > $1.pid
until [ -s $2.pid ]; do sleep 0.05; done
while :; do
  kill -0 "$(cat $2.pid)" 2>/dev/null || { bash guard.sh $2 $1 & echo $! > $2.pid; }
  sleep 0.05
done`;

/** Kills one of them, then the other, each once it has come back or is there. */
const scene = `
bash guard.sh one two & bash guard.sh two one &
until [ -s one.pid ] && [ -s two.pid ]; do sleep 0.05; done
sleep 0.3
for name in one two; do
  shot=$(cat $name.pid)
  /bin/kill -9 $shot
  until [ "$(cat $name.pid)" != $shot ]; do sleep 0.05; done
  sleep 0.3
done`;

/** Which of the lives that bear one name is the victim, only their history tells. */
export const guards: Elsewhere = {
  id: 'E6',
  title: 'two daemons that guard each other',
  test: 'test/e2e/guards.e2e.spec.ts: names_who_shot_each_guard_and_whom_the_other_one_started_for_it',
  reason: 'there are several victims, and several that were started again',
};

export async function guardsThatRestartEachOther(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'whodunit-guards-'));
  try {
    await writeFile(join(directory, 'guard.sh'), guard);
    const namespace = ['--pid', '--mount-proc', '--fork', '--kill-child'];
    await promisify(execFile)('unshare', [...namespace, 'bash', '-c', scene], { cwd: directory });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
