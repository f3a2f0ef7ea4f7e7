/** Turns of the procfs rung: one look at /proc a second. */
import { agentLimits } from './limits.js';
import type { ProcfsSensor } from './source/sensor.js';
import type { Tracker } from './track/tracker.js';
import type { Spool } from './spool/spool.js';
import type { Watch } from './watch.js';

interface Parts {
  readonly sensor: ProcfsSensor;
  readonly tracker: Tracker;
  readonly spool: Spool;
}

export function watchProcfs({ sensor, tracker, spool }: Parts): Watch {
  let timer: NodeJS.Timeout | undefined;
  let announce = true;
  let looks = 0;

  function look(): void {
    const at = sensor.bootNanoseconds();
    const tasks = sensor.listTasks();
    tracker.compare(tasks, at, announce);
    if (announce) spool.push({ kind: 'snapshot', at: at.toString(), since: at.toString(), processes: tasks.length });
    announce = false;
    tracker.beginTurn(at);
    looks += 1;
    spool.commit(0, 0);
  }

  return {
    start() {
      look();
      timer = setInterval(look, agentLimits.procfsPollMs);
    },
    wantSnapshot() {
      announce = true;
    },
    mark() {
      const next = looks + 1;
      return () => looks >= next;
    },
    stop() {
      clearInterval(timer);
      look();
    },
  };
}
