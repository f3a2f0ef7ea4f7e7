/**
 * whodunit-agent doctor [--json]: what this host can and cannot see, and what to do about it. Changes nothing: the sensor
 * is opened for a directory of its own and taken out again, also beside an agent that runs.
 *
 * With --json one object on standard output:
 *
 *     version  of the agent
 *     rung     ebpf | tracefs | procfs, or null: the sensor that an agent would stand on with these settings
 *     checks   [{ name, state: ok | degraded | missing, finding, mending? }], each name at most once; meaning of the states: check.ts
 */
import type { DoctorConfig } from '../config.js';
import { version } from '../version.js';
import type { Check } from './check.js';
import { judge } from './judge.js';
import { lookAtApi } from './look-at-api.js';
import { lookAtHost } from './look-at-host.js';
import { lookAtKernel } from './look-at-kernel.js';
import { lookAtStateDir } from './look-at-state-dir.js';
import { render } from './render.js';
import { trySensor } from './try-sensor.js';

export interface Diagnosis {
  /** Nothing is missing. */
  readonly healthy: boolean;
  readonly text: string;
}

export async function diagnose(config: DoctorConfig, objectPath: string): Promise<Diagnosis> {
  // First, since opening a sensor may mount what it needs.
  const kernel = await lookAtKernel();
  const sensor = await trySensor(config.sensor, objectPath);
  const stateDir = lookAtStateDir(config.stateDir, config.spoolBytesMax);
  const checks = judge({ kernel, host: lookAtHost(), stateDir, api: await lookAtApi(config), sensor });
  return {
    healthy: checks.every(({ state }) => state !== 'missing'),
    text: config.json ? toJson(sensor.rung, checks) : render(checks),
  };
}

function toJson(rung: string | undefined, checks: readonly Check[]): string {
  return `${JSON.stringify({ version, rung: rung ?? null, checks }, undefined, 2)}\n`;
}
