/** Opens the sensor that an agent would, for a state directory that is thrown away; whatever is there otherwise stays. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SensorChoice } from '../config.js';
import { openSensor } from '../source/open-sensor.js';
import { removeSensor } from '../source/remove-sensor.js';
import type { SensorFacts } from './facts.js';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export async function trySensor(choice: SensorChoice, objectPath: string): Promise<SensorFacts> {
  return putOff(async () => {
    let stateDir: string;
    try {
      stateDir = mkdtempSync(join(tmpdir(), 'whodunit-doctor-'));
    } catch (error) {
      const reason = `It was not tried: a temporary directory cannot be made (${messageOf(error)}).`;
      return { rung: undefined, asked: choice, reasons: [reason], leftBehind: undefined };
    }
    let tried: Omit<SensorFacts, 'leftBehind'>;
    try {
      tried = await open(choice, objectPath, stateDir);
    } finally {
      rmSync(stateDir, { recursive: true });
    }
    // Also what a rung that did not open has left, such as a mount.
    const removed = await removeSensor(stateDir);
    return { ...tried, leftBehind: removed.ok ? undefined : removed.failure.sentence };
  });
}

async function open(choice: SensorChoice, objectPath: string, stateDir: string) {
  const reasons: string[] = [];
  const onFallback = ({ sentence }: { readonly sentence: string }) => void reasons.push(sentence);
  try {
    const sensor = await openSensor({ choice, objectPath, stateDir, onFallback });
    if (!sensor.ok) return { rung: undefined, asked: choice, reasons: [...reasons, sensor.failure.sentence] };
    if (sensor.value.rung !== 'procfs') await sensor.value.remove();
    return { rung: sensor.value.rung, asked: choice, reasons };
  } catch (error) {
    return { rung: undefined, asked: choice, reasons: [...reasons, `${messageOf(error)}.`] };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A signal that would end us waits until the sensor is out of the kernel again. */
async function putOff<T>(work: () => Promise<T>): Promise<T> {
  let received: NodeJS.Signals | undefined;
  const remember = (signal: NodeJS.Signals) => (received = signal);
  for (const signal of signals) process.on(signal, remember);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, remember);
    if (received !== undefined) process.kill(process.pid, received);
  }
}
