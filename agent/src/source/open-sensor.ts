/** Chooses the rung: the best that the host allows, or the one that was asked for. */
import type { SensorChoice } from '../config.js';
import { success, type Failure, type Result } from '../result.js';
import { openEbpf } from './ebpf.js';
import { openProcfs } from './procfs.js';
import type { Sensor } from './sensor.js';

export interface SensorOptions {
  readonly choice: SensorChoice;
  readonly objectPath: string;
  readonly stateDir: string;
  /** Told when the best rung is out of reach. */
  readonly onFallback: (reason: Failure) => void;
}

export async function openSensor(options: SensorOptions): Promise<Result<Sensor>> {
  if (options.choice === 'procfs') return success(openProcfs(undefined));
  const ebpf = await openEbpf(options.objectPath, options.stateDir);
  if (ebpf.ok || options.choice === 'ebpf') return ebpf;
  options.onFallback(ebpf.failure);
  return success(openProcfs(ebpf.failure.sentence));
}
