/** C2 and C8: many victims of one shot. All in a pid namespace of their own, so that nobody else can be hit. */
import { copyFileSync } from 'node:fs';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { deathsOf } from './ask.js';
import { ended } from './processes.js';
import { another, type Scenario, type Scene } from './scenario.js';

const preyCount = 3;
/** The other victims of the same shot. */
const alsoHit = /^The same SIG(KILL|TERM) also hit .* and prey-/m;

/**
 * Runs the script with three victims of a name that nobody else has. They are children of a shell of their own, so the
 * sender is no parent; `PREY` in the script is their program.
 */
async function shootInNamespace(scene: Scene, script: string): Promise<{ readonly pid: number }> {
  const name = `prey-${process.pid}`;
  const prey = `${scene.directory}/${name}`;
  copyFileSync('/bin/sleep', prey);
  const victims = Array.from({ length: preyCount }, () => `${prey} 1000 &`).join(' ');
  const whole = `
    bash -c '${victims} wait' &
    until [ "$(pgrep -c -f '^${prey}')" = ${preyCount} ]; do sleep 0.05; done
    ${script.replaceAll('PREY', prey)}
    for turn in $(seq 100); do [ "$(pgrep -c -f '^${prey}')" = 0 ] && exit 0; sleep 0.05; done
    exit 1`;
  await ended(scene, '/usr/bin/unshare', '--pid', '--mount-proc', '--fork', '--kill-child', 'bash', '-c', whole);
  const pids = await eventually(async () => {
    const found = await deathsOf(scene, `${prey} 1000`, name);
    return found.length === preyCount ? found : null;
  });
  return { pid: pids[0]! };
}

const shot = (title: string, script: string, killer: RegExp, signal = 'SIGKILL'): Scenario => ({
  id: 'C2',
  title,
  expected: { cause: 'SIGNALED', actor: another, shows: [new RegExp(`${signal} from`), killer, alsoHit] },
  obstacle: () => (requirePrerequisite('psmisc') ? null : 'no killall and fuser'),
  produce: (scene) => shootInNamespace(scene, script),
});

export const manyKilled: readonly Scenario[] = [
  shot('pkill -9 -f', '( pkill -9 -f PREY )', /from pkill \(pid \d+, "pkill -9 -f/),
  shot('killall', '( killall -9 $(basename PREY) )', /from killall \(pid \d+, "killall -9/),
  shot('fuser -k', '( fuser -s -k PREY )', /from fuser \(pid \d+, "fuser -s -k/),
  shot('xargs kill', '( pgrep -f ^PREY | xargs kill -9 )', /from kill \(pid \d+, "kill -9 \d+ \d+ \d+"\)/),
  shot(
    'the loop over ps aux | grep',
    `sh -c 'for pid in $(ps aux | grep "[p]rey-.* 1000" | grep -v bash | awk "{print \\$2}"); do kill -15 $pid; done'`,
    /from sh \(pid \d+, "sh -c/,
    'SIGTERM',
  ),
  {
    ...shot('kill -1: everybody', `bash -c 'kill -9 -1'`, /from bash \(pid \d+, "bash -c/),
    id: 'C8',
  },
];
