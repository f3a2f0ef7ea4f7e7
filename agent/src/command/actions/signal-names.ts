/** Numbers and names of signals, for sentences. */
import { constants } from 'node:os';

export const signals = { kill: 9, term: 15, child: 17, cont: 18, stop: 19 } as const;

const names = new Map(Object.entries(constants.signals).map(([name, number]) => [number as number, name]));

export function signalName(signal: number): string {
  return names.get(signal) ?? `signal ${signal}`;
}
