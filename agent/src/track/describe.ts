/** Says a life as a wire event. */
import { cutText } from '../bytes/text.js';
import { limits, type ExitEvent, type Login, type ProcessEvent, type ProcessRef, type User } from '../contract.js';
import type { ExitRecord } from '../kernel/record.js';
import { parseWaitStatus } from '../kernel/signal.js';
import type { Changeable, Cgroup, Life } from './life.js';

export type NameOfUser = (uid: number) => string | undefined;

/** What a life itself does not know. */
export interface Surroundings {
  readonly parent: ProcessRef | undefined;
  readonly nameOf: NameOfUser;
  readonly sourceAddress: string | undefined;
}

/** Member by member: objects put together with spreads cost several times as much, here and in JSON.stringify. */
export function describe(life: Life, at: bigint, { parent, nameOf, sourceAddress }: Surroundings): ProcessEvent {
  const { who, image, cgroup } = life;
  const { pid, start } = life.ref;
  const comm = cutText(who.comm, limits.commCharactersMax);
  const event: ProcessEvent = { kind: 'process', at: at.toString(), pid, start, origin: life.origin, comm, args: [] };
  if (parent) event.parent = parent;
  if (life.execAt !== undefined) event.execAt = life.execAt.toString();
  if (image.exe !== undefined) event.exe = cutText(image.exe, limits.pathCharactersMax);
  event.args = image.args as string[];
  if (image.argsCut) event.argsCut = true;
  if (who.euid !== undefined) event.user = userOf(who.euid, nameOf);
  if (who.loginUid !== undefined) event.login = loginOf(who.loginUid, who.session, sourceAddress, nameOf);
  if (who.tty !== undefined) event.tty = cutText(who.tty, limits.nameCharactersMax);
  if (cgroup !== undefined) place(event, cgroup);
  if (who.kernelThread) event.kernelThread = true;
  return event;
}

/** What can change without an exec: a new value makes a life worth describing anew. */
export function changeable({ who, cgroup }: Life, sourceAddress: string | undefined): Changeable {
  const { euid, loginUid, session, comm } = who;
  return { euid, loginUid, session, sourceAddress, cgroup: cgroup?.path, comm };
}

/** Asked for every event: nothing is made for the answer. */
export function isUnchanged({ who, cgroup }: Life, told: Changeable, sourceAddress: string | undefined): boolean {
  return (
    told.comm === who.comm &&
    told.euid === who.euid &&
    told.loginUid === who.loginUid &&
    told.session === who.session &&
    told.sourceAddress === sourceAddress &&
    told.cgroup === cgroup?.path
  );
}

/** Member by member, as above. @see ExitRecord for what is not known of an end */
export function describeExit(life: Life, at: bigint, record: ExitRecord | undefined, pageBytes: number): ExitEvent {
  const { pid, start } = life.ref;
  const event: ExitEvent = { kind: 'exit', at: at.toString(), pid, start, coreDumped: false };
  const { code, signal, coreDumped } = parseWaitStatus(record?.status);
  if (code !== undefined) event.code = code;
  if (signal !== undefined) event.signal = signal;
  if (coreDumped === true) event.coreDumped = true;
  if (record?.cpuTime !== undefined) event.cpuTime = record.cpuTime.toString();
  if (record?.peakRssPages !== undefined) event.peakRss = record.peakRssPages * pageBytes;
  return event;
}

function place(event: ProcessEvent, { path, placement: { unit, container } }: Cgroup): void {
  event.cgroup = path;
  if (unit !== undefined) event.unit = unit;
  if (container) event.container = container;
}

function loginOf(
  uid: number,
  session: number | undefined,
  sourceAddress: string | undefined,
  nameOf: NameOfUser,
): Login {
  const login: Login = { user: userOf(uid, nameOf) };
  if (session !== undefined) login.session = session;
  if (sourceAddress !== undefined) login.sourceAddress = sourceAddress;
  return login;
}

/** The effective user, as ps(1) shows it: what decides whom a process may kill. */
function userOf(uid: number, nameOf: NameOfUser): User {
  const name = nameOf(uid);
  return name === undefined ? { uid } : { uid, name: cutText(name, limits.nameCharactersMax) };
}
