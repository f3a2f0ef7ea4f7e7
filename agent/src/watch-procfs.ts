/** Turns of the procfs rung: one look at /proc a second. */
import { agentLimits } from './limits.js';
import type { ProcfsSensor } from './source/sensor.js';
import type { Tracker } from './track/tracker.js';
import type { Uplink } from './uplink/uplink.js';
import type { Watch } from './watch.js';

interface Parts {
  readonly sensor: ProcfsSensor;
  readonly tracker: Tracker;
  readonly uplink: Uplink;
}

export function watchProcfs({ sensor, tracker, uplink }: Parts): Watch {
  let timer: NodeJS.Timeout | undefined;
  let announce = true;

  function look(): void {
    const at = sensor.bootNanoseconds();
    const tasks = sensor.listTasks();
    tracker.compare(tasks, at, announce);
    if (announce)
      uplink.push({ kind: 'snapshot', at: at.toString(), since: at.toString(), processes: tasks.length }, 0);
    announce = false;
  }

  return {
    start() {
      look();
      timer = setInterval(look, agentLimits.procfsPollMs);
    },
    wantSnapshot() {
      announce = true;
    },
    onDelivered: () => undefined,
    stop() {
      clearInterval(timer);
      look();
    },
  };
}
