/** Says a life as a wire event. */
import { cutText } from '../bytes/text.js';
import { limits, type ProcessEvent, type ProcessRef, type User } from '../contract.js';
import type { Cgroup, Life } from './life.js';

export type NameOfUser = (uid: number) => string | undefined;

/** What a life itself does not know. */
export interface Surroundings {
  readonly parent: ProcessRef | undefined;
  readonly nameOf: NameOfUser;
  readonly sourceAddress: string | undefined;
}

export function describe(life: Life, at: bigint, { parent, nameOf, sourceAddress }: Surroundings): ProcessEvent {
  const { who, image } = life;
  return {
    kind: 'process',
    at: at.toString(),
    ...life.ref,
    origin: life.origin,
    ...(parent && { parent }),
    ...(life.execAt !== undefined && { execAt: life.execAt.toString() }),
    comm: cutText(who.comm, limits.commCharactersMax),
    ...(image.exe !== undefined && { exe: cutText(image.exe, limits.pathCharactersMax) }),
    args: [...image.args],
    ...(image.argsCut && { argsCut: true }),
    ...(who.euid !== undefined && { user: userOf(who.euid, nameOf) }),
    ...(who.loginUid !== undefined && {
      login: {
        user: userOf(who.loginUid, nameOf),
        ...(who.session !== undefined && { session: who.session }),
        ...(sourceAddress !== undefined && { sourceAddress }),
      },
    }),
    ...(who.tty !== undefined && { tty: cutText(who.tty, limits.nameCharactersMax) }),
    ...(life.cgroup !== undefined && placed(life.cgroup)),
    ...(who.kernelThread && { kernelThread: true }),
  };
}

/** What can change without an exec, in one string: a new value makes a life worth describing anew. */
export function changeable(life: Life, sourceAddress: string | undefined): string {
  const { who } = life;
  const login = `${who.loginUid ?? ''} ${who.session ?? ''} ${sourceAddress ?? ''}`;
  return `${who.euid} ${login} ${life.cgroup?.path ?? ''} ${who.comm}`;
}

function placed({ path, placement: { unit, container } }: Cgroup): Pick<ProcessEvent, 'cgroup' | 'unit' | 'container'> {
  return { cgroup: path, ...(unit !== undefined && { unit }), ...(container && { container }) };
}

/** The effective user, as ps(1) shows it: what decides whom a process may kill. */
function userOf(uid: number, nameOf: NameOfUser): User {
  const name = nameOf(uid);
  return name === undefined ? { uid } : { uid, name: cutText(name, limits.nameCharactersMax) };
}
