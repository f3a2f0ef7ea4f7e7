/** Whether a command is meant for this host, this boot and this moment. Pure. */
import type { Command } from '../contract.js';
import { success, type Result } from '../result.js';
import { refuse } from './refusal.js';

export interface Here {
  /** machine-id */
  readonly host: string;
  readonly bootId: string;
  /** known-time.ts */
  readonly nowMs: number;
}

/** Clocks of a fleet differ a little. Only towards the beginning: what is expired stays so. */
const earlyMs = 30_000;

export function judge(command: Command, here: Here): Result<undefined> {
  if (command.host !== here.host) return refuse('command/other-host', 'It is for another host.');
  if (command.bootId !== here.bootId) {
    return refuse('command/other-boot', 'It was made for another boot of this host: its processes are gone.');
  }
  const now = new Date(here.nowMs).toISOString();
  if (here.nowMs + earlyMs < Date.parse(command.notBefore)) {
    return refuse('command/not-yet', `It is valid from ${command.notBefore}, and here it is ${now}.`);
  }
  if (here.nowMs >= Date.parse(command.expiresAt)) {
    return refuse('command/expired', `It was valid until ${command.expiresAt}, and here it is ${now}.`);
  }
  return success(undefined);
}
