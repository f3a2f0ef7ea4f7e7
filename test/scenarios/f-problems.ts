/** F: not dead, and a problem. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { askEpisode, askWithHistory } from './ask.js';
import { endLater, killedBy, send, sleeper, startTalking } from './processes.js';
import { another, type Elsewhere, type Produced, type Scenario, type Scene } from './scenario.js';

const lastPidFile = '/proc/sys/kernel/ns_last_pid';

/** A child in trouble, of test/fixtures/programs/troubles.c. */
async function trouble(scene: Scene, how: string) {
  const parent = await startTalking(scene, await scene.program('troubles'), how);
  const child = Number(parent.said);
  endLater(scene, child);
  return { parent: parent.pid, child };
}

/** Lets the pid live again; whoever else starts something may be faster, so it takes some attempts. */
function liveAgain(pid: number): void {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    writeFileSync(lastPidFile, String(pid - 1));
    if (spawnSync('/bin/sh', ['-c', 'exit 3']).pid === pid) return;
  }
  throw new Error(`pid ${pid} did not come back`);
}

async function killedAndReused(scene: Scene): Promise<{ readonly first: Produced; readonly between: string }> {
  const victim = await sleeper(scene);
  const first = await killedBy(scene, victim, '/bin/kill', '-9', String(victim.pid));
  await sleep(100);
  const between = new Date().toISOString();
  await sleep(100);
  liveAgain(victim.pid);
  return { first, between };
}

const noReuse = () => (existsSync(lastPidFile) ? null : `no ${lastPidFile}`);

export const problems: readonly (Scenario | Elsewhere)[] = [
  {
    id: 'F1',
    title: 'a zombie, whose parent does not wait',
    expected: {
      cause: 'ZOMBIE',
      actor: null,
      shows: [/"endedAt":null/, /"comm":"troubles"/, /"KILL_ZOMBIE_PARENT","advised":true/],
    },
    produce: async (scene) => {
      const { parent, child } = await trouble(scene, 'zombie');
      return { pid: child, shows: [new RegExp(`"parent":\\{"pid":${parent},`)] };
    },
    ask: askEpisode,
  },
  {
    id: 'F2',
    title: 'a zombie is shot with kill -9',
    expected: {
      cause: 'EXITED',
      actor: 'SELF',
      shows: [
        /"state":"ZOMBIE","endedAt":null/,
        /"SIGNAL_PROCESS","advised":false,"reason":"It is dead already: no signal, SIGKILL neither, does anything to a zombie/,
      ],
    },
    produce: async (scene) => {
      const { child } = await trouble(scene, 'zombie');
      await send(scene, 'KILL', child);
      return { pid: child };
    },
    ask: askWithHistory,
  },
  {
    id: 'F3',
    title: 'uninterruptible: a parent in vfork',
    expected: {
      cause: 'UNINTERRUPTIBLE',
      actor: null,
      shows: [
        /"waitChannel":"(kernel_clone|_?do_fork|wait_for_vfork_done)"/,
        /"SIGNAL_PROCESS","advised":false,"reason":"It waits in the kernel \(/,
      ],
    },
    produce: async (scene) => ({ pid: (await trouble(scene, 'vfork')).parent }),
    ask: askEpisode,
  },
  {
    id: 'F4',
    title: 'an orphan is killed: its first parent is known',
    expected: { cause: 'SIGNALED', actor: another, shows: [/SIGKILL from kill/] },
    produce: async (scene) => {
      const parent = await startTalking(
        scene,
        '/bin/sh',
        '-c',
        'nohup sleep 1000 >/dev/null 2>&1 & sleep 0.3; echo $!',
      );
      await parent.ended;
      const pid = Number(parent.said);
      const actorPid = await send(scene, 'KILL', pid);
      return { pid, actorPid, shows: [new RegExp(`"parent":\\{"pid":${parent.pid},"comm":"sh"\\}`)] };
    },
  },
  {
    id: 'F5',
    title: 'a pid lives again: the later life',
    expected: { cause: 'FAILED', actor: 'SELF', shows: [/status 3/] },
    obstacle: noReuse,
    produce: async (scene) => ({ pid: (await killedAndReused(scene)).first.pid }),
  },
  {
    id: 'F5',
    title: 'a pid lives again: the earlier life, with `at`',
    expected: { cause: 'SIGNALED', actor: another, shows: [/SIGKILL from kill/] },
    obstacle: noReuse,
    produce: async (scene) => {
      const { first, between } = await killedAndReused(scene);
      return { ...first, at: between };
    },
  },
  {
    id: 'F6',
    title: 'a fork bomb: 5,000 short lives',
    test: 'test/e2e/flood.e2e.spec.ts: stores_every_death_once_with_the_right_sender',
    reason: 'a load of its own',
  },
];
