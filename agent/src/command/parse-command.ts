/** A command off the wire (src/contract/command.ts), checked by hand: parse-command.spec.ts holds it to the contract's schema. */
import { limits, type Command, type CommandAction, type ServiceManager, type Target } from '../contract.js';
import { success, type Result } from '../result.js';
import { refuse } from './refusal.js';

type Fields = Readonly<Record<string, unknown>>;

/** `payload` has been verified. */
export function parseCommand(payload: Uint8Array): Result<Command> {
  const value = decode(payload);
  const command = isFields(value) ? readCommand(value) : undefined;
  return command === undefined
    ? refuse('command/malformed', 'It is not a command that this agent knows: is the agent older than the server?')
    : success(command);
}

/** Of a verified payload that is not understood: so that the server hears of it. */
export function commandIdOf(payload: Uint8Array): string | undefined {
  const value = decode(payload);
  return isFields(value) && isUuid(value['id']) ? value['id'] : undefined;
}

function readCommand(fields: Fields): Command | undefined {
  const { version, id, job, host, bootId, notBefore, expiresAt, requestedBy, approvedBy, reason } = fields;
  const action = isFields(fields['action']) ? readAction(fields['action']) : undefined;
  const isWhole =
    version === 1 &&
    isUuid(id) &&
    isUuid(job) &&
    isText(host, 32) &&
    /^[0-9a-f]{32}$/.test(host) &&
    isUuid(bootId) &&
    isTime(notBefore) &&
    isTime(expiresAt) &&
    isText(requestedBy, limits.nameCharactersMax) &&
    isText(reason, limits.reasonCharactersMax) &&
    isList(approvedBy, 8, (name): name is string => isText(name, limits.nameCharactersMax));
  if (!isWhole || action === undefined) return undefined;
  return {
    version,
    id,
    job,
    host,
    bootId,
    notBefore,
    expiresAt,
    requestedBy,
    approvedBy: [...approvedBy],
    reason,
    action,
  };
}

function readAction(fields: Fields): CommandAction | undefined {
  switch (fields['kind']) {
    case 'RESTART_SERVICE': {
      const { kind, manager, service } = fields;
      return isManager(manager) && isServiceName(service) ? { kind, manager, service } : undefined;
    }
    case 'KILL_ZOMBIE_PARENT': {
      const { kind, zombies } = fields;
      const parent = readTarget(fields['parent']);
      if (parent === undefined || !Array.isArray(zombies) || zombies.length < 1 || zombies.length > limits.zombiesMax)
        return undefined;
      const targets = zombies.map(readTarget).filter((target) => target !== undefined);
      return targets.length === zombies.length ? { kind, parent, zombies: targets } : undefined;
    }
    case 'SIGNAL_PROCESS': {
      const { kind, signal } = fields;
      const process = readTarget(fields['process']);
      return process && isWhole(signal, 1, 64) ? { kind, process, signal } : undefined;
    }
    case 'RESUME_PROCESS': {
      const process = readTarget(fields['process']);
      return process && { kind: 'RESUME_PROCESS', process };
    }
    case 'SET_OOM_SCORE_ADJ': {
      const { kind, oomScoreAdj } = fields;
      const process = readTarget(fields['process']);
      return process && isWhole(oomScoreAdj, -1000, 1000) ? { kind, process, oomScoreAdj } : undefined;
    }
    case 'REBOOT_HOST':
      return { kind: 'REBOOT_HOST' };
    default:
      return undefined;
  }
}

function readTarget(value: unknown): Target | undefined {
  if (!isFields(value)) return undefined;
  const { pid, start, cgroup } = value;
  if (!isWhole(pid, 1, limits.pidMax) || !isText(start, 18) || !/^(0|[1-9][0-9]{0,17})$/.test(start)) return undefined;
  if (cgroup === undefined) return { pid, start };
  return isText(cgroup, limits.pathCharactersMax) ? { pid, start, cgroup } : undefined;
}

const managers: Readonly<Record<ServiceManager, true>> = {
  systemd: true,
  sysvinit: true,
  docker: true,
  podman: true,
  supervisord: true,
};

function isManager(value: unknown): value is ServiceManager {
  return typeof value === 'string' && Object.hasOwn(managers, value);
}

function isServiceName(value: unknown): value is string {
  return isText(value, limits.nameCharactersMax) && /^[A-Za-z0-9_@][A-Za-z0-9_@:.\\-]*$/.test(value);
}

/** Of a day that there is, in UTC, with seconds. */
function isTime(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(value)) return false;
  const milliseconds = Date.parse(value);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().slice(0, 19) === value.slice(0, 19);
}

/** In the form in which we and the kernel write them. */
export function isUuid(value: unknown): value is string {
  return (
    typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(value)
  );
}

function isText(value: unknown, charactersMax: number): value is string {
  return typeof value === 'string' && value.length <= charactersMax;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isList<T>(value: unknown, countMax: number, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.length <= countMax && value.every(isItem);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decode(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload)) as unknown;
  } catch {
    return undefined;
  }
}
