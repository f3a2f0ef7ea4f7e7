/** Looks at single processes, for episodes. Absent where the process is gone. */
import { existsSync } from 'node:fs';
import { cutText } from '../bytes/text.js';
import { limits } from '../contract.js';
import { parseProcStatus } from '../kernel/proc-status.js';
import type { States } from '../track/episodes.js';
import { loadLibc } from './native.js';
import { readStatOf, readText } from './proc.js';
import type { Sensor } from './sensor.js';

export async function openStates(sensor: Sensor): Promise<States> {
  const libc = await loadLibc();
  return {
    halted: sensor.rung === 'ebpf' ? () => sensor.listHalted().map(({ who }) => who) : undefined,
    exists: libc.ok ? libc.value.pidExists : (pid) => existsSync(`/proc/${pid}`),
    look: readStatOf,
    waitChannel: readWaitChannel,
    switches: (pid) => parseProcStatus(readText(`/proc/${pid}/status`) ?? '')?.switches,
  };
}

/** `0` for one that does not wait, and for readers without CAP_SYS_ADMIN on some kernels. */
function readWaitChannel(pid: number): string | undefined {
  const name = readText(`/proc/${pid}/wchan`);
  return name === undefined || name === '' || name === '0' ? undefined : cutText(name, limits.nameCharactersMax);
}
