/**
 * What commands may do on this host: the operator's own word, which the server can only add to. Pure; policy-file.ts reads it.
 *
 * JSON, every member optional:
 *   {
 *     "actions": ["RESTART_SERVICE", "KILL_ZOMBIE_PARENT"],       what may be done; without it all but REBOOT_HOST; []: nothing
 *     "perHourMax": 60,                                          commands that are acted on within an hour
 *     "services": { "allow": ["app-*"], "deny": ["postgresql*"] },    to be restarted, and the units of processes
 *     "users": { "allow": ["www-data"], "deny": ["root", "0"] },      whose processes are, by name or number
 *     "protected": ["mysqld"]                                    programs, besides those that are protected anyway
 *   }
 * `*` stands for any characters. What is denied is so even if it is allowed; with `allow`, nothing else is. A member that is not
 * known is an error, and with an error nothing is allowed at all.
 */
import type { CommandAction } from '../contract.js';
import { agentLimits } from '../limits.js';
import { failure, success, type Result } from '../result.js';
import { refuse } from './refusal.js';

export type ActionKind = CommandAction['kind'];

export interface Names {
  readonly allow: readonly string[] | undefined;
  readonly deny: readonly string[];
}

export interface Policy {
  readonly actions: ReadonlySet<string>;
  readonly perHourMax: number;
  readonly services: Names;
  readonly users: Names;
  readonly protected: readonly string[];
}

const kinds: Readonly<Record<ActionKind, { readonly unlessSaid: boolean }>> = {
  RESTART_SERVICE: { unlessSaid: true },
  KILL_ZOMBIE_PARENT: { unlessSaid: true },
  SIGNAL_PROCESS: { unlessSaid: true },
  RESUME_PROCESS: { unlessSaid: true },
  SET_OOM_SCORE_ADJ: { unlessSaid: true },
  REBOOT_HOST: { unlessSaid: false },
};

const everything: Names = { allow: undefined, deny: [] };

/** Where there is no file. */
export const defaultPolicy: Policy = {
  actions: new Set(Object.entries(kinds).flatMap(([kind, { unlessSaid }]) => (unlessSaid ? [kind] : []))),
  perHourMax: agentLimits.commandsPerHour.fallback,
  services: everything,
  users: everything,
  protected: [],
};

export function mayDo({ actions }: Policy, kind: ActionKind): Result<undefined> {
  if (actions.has(kind)) return success(undefined);
  return refuse('command/not-allowed', `The policy of this host does not allow ${kind}.`);
}

/** `service`: undefined for a process that is in no unit. */
export function mayTouchService({ services }: Policy, service: string | undefined): Result<undefined> {
  const given = service === undefined ? [] : [service, service.replace(/\.service$/, '')];
  if (isAmong(services, given)) return success(undefined);
  const what = service === undefined ? 'processes outside of services' : `the service ${service}`;
  return refuse('command/not-allowed', `The policy of this host does not allow ${what}.`);
}

export function mayTouchUser({ users }: Policy, uid: number, name: string | undefined): Result<undefined> {
  if (isAmong(users, [String(uid), ...(name === undefined ? [] : [name])])) return success(undefined);
  return refuse('command/not-allowed', `The policy of this host does not allow processes of ${name ?? `uid ${uid}`}.`);
}

/** `names`: of one and the same. */
function isAmong({ allow, deny }: Names, names: readonly string[]): boolean {
  const fits = (patterns: readonly string[]) =>
    patterns.some((pattern) => names.some((name) => matches(pattern, name)));
  return !fits(deny) && (allow === undefined || fits(allow));
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}

/** A failure's sentence goes on where the file's name ended. */
export function parsePolicy(text: string): Result<Policy> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad('is not JSON.');
  }
  if (!isFields(value)) return bad('must be a JSON object.');
  const { actions, perHourMax, services, users, protected: more, ...unknown } = value;
  const [name] = Object.keys(unknown);
  if (name !== undefined) return bad(`has a member '${name.slice(0, 80)}' that is not known.`);
  const { fallback, most } = agentLimits.commandsPerHour;
  const cap = perHourMax ?? fallback;
  if (typeof cap !== 'number' || !Number.isInteger(cap) || cap < 0 || cap > most)
    return bad(`'perHourMax' must be a whole number from 0 to ${most}.`);
  const allowed = actions === undefined ? [...defaultPolicy.actions] : actions;
  if (!isNames(allowed) || !allowed.every((kind) => Object.hasOwn(kinds, kind)))
    return bad(`'actions' must be a list of ${Object.keys(kinds).join(', ')}.`);
  const [ofServices, ofUsers] = [readNames(services), readNames(users)];
  if (ofServices === undefined) return bad(`'services' must be an object of lists 'allow' and 'deny'.`);
  if (ofUsers === undefined) return bad(`'users' must be an object of lists 'allow' and 'deny'.`);
  if (more !== undefined && !isNames(more)) return bad(`'protected' must be a list of names of programs.`);
  const lists = { services: ofServices, users: ofUsers, protected: more ?? [] };
  return success({ actions: new Set(allowed), perHourMax: cap, ...lists });
}

function readNames(value: unknown): Names | undefined {
  if (value === undefined) return everything;
  if (!isFields(value)) return undefined;
  const { allow, deny, ...unknown } = value;
  if (Object.keys(unknown).length > 0) return undefined;
  if ((allow !== undefined && !isNames(allow)) || (deny !== undefined && !isNames(deny))) return undefined;
  return { allow, deny: deny ?? [] };
}

function isNames(value: unknown): value is readonly string[] {
  const isName = (name: unknown) => typeof name === 'string' && name.length > 0 && name.length <= 255;
  return Array.isArray(value) && value.length <= 1_000 && value.every(isName);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(sentence: string) {
  return failure('command/bad-policy', sentence);
}
