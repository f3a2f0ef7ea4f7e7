/** Takes out what an agent with this state directory left in the kernel, of whichever rung. True when there was something. */
import { failure, success, type Result } from '../result.js';
import { removeEbpf } from './ebpf.js';
import { removeTracefs } from './tracefs-sensor.js';

export async function removeSensor(stateDir: string): Promise<Result<boolean>> {
  try {
    const ebpf = await removeEbpf(stateDir);
    const tracefs = await removeTracefs(stateDir);
    return success(ebpf || tracefs);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failure('sensor/not-removed', `The sensor cannot be removed (${reason}): stop the agent that uses it.`);
  }
}
