/** Chooses the rung: the best that the host allows, or the one that was asked for. */
import type { SensorChoice } from '../config.js';
import { success, type Failure, type Result } from '../result.js';
import { openEbpf } from './ebpf.js';
import { openProcfs } from './procfs.js';
import type { Sensor } from './sensor.js';
import { dropTraceInstance, openTracefs } from './tracefs-sensor.js';

export interface SensorOptions {
  readonly choice: SensorChoice;
  readonly objectPath: string;
  readonly stateDir: string;
  /** Told when a better rung is out of reach. */
  readonly onFallback: (reason: Failure) => void;
}

export async function openSensor({ choice, objectPath, stateDir, onFallback }: SensorOptions): Promise<Result<Sensor>> {
  const reasons: string[] = [];
  if (choice === 'auto' || choice === 'ebpf') {
    const ebpf = await openEbpf(objectPath, stateDir);
    if (ebpf.ok) dropTraceInstance(stateDir);
    if (ebpf.ok || choice === 'ebpf') return ebpf;
    onFallback(ebpf.failure);
    reasons.push(ebpf.failure.sentence);
  }
  if (choice === 'auto' || choice === 'tracefs') {
    const tracefs = await openTracefs(stateDir, reasons);
    if (tracefs.ok || choice === 'tracefs') return tracefs;
    onFallback(tracefs.failure);
    reasons.push(tracefs.failure.sentence);
  }
  return success(openProcfs(reasons));
}
