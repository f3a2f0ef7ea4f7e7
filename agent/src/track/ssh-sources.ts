/**
 * Where the ssh logins of this host came from, by audit session. SSH_CONNECTION is in the environment of the login's
 * processes: the probe tells it with the first exec of a session that has it, and of sessions that are older than the
 * probe (or whose exec an earlier agent was told) some processes of the snapshot are asked. Whoever comes later in that
 * session, and may be gone at once, has it from here.
 */
import type { Who } from '../kernel/record.js';
import { agentLimits } from '../limits.js';

/** The client's address in the environment of a process that is still that life. */
export type ReadSshSource = (pid: number, start: bigint) => string | undefined;

interface Session {
  address: string | undefined;
  looksLeft: number;
}

export class SshSources {
  readonly #sessions = new Map<number, Session>();
  readonly #read: ReadSshSource;

  constructor(read: ReadSshSource) {
    this.#read = read;
  }

  of({ loginUid, session }: Who): string | undefined {
    return loginUid === undefined || session === undefined ? undefined : this.#sessions.get(session)?.address;
  }

  learn({ loginUid, session }: Who, address: string | undefined): void {
    if (address === undefined || loginUid === undefined || session === undefined) return;
    (this.#sessions.get(session) ?? this.#begin(session)).address ??= address;
  }

  /** Asks this process, unless its session is known or was asked often enough. */
  look({ pid, start, loginUid, session }: Who): void {
    if (loginUid === undefined || session === undefined) return;
    const known = this.#sessions.get(session) ?? this.#begin(session);
    if (known.address !== undefined || known.looksLeft === 0) return;
    known.looksLeft -= 1;
    known.address = this.#read(pid, start);
  }

  #begin(session: number): Session {
    const begun = { address: undefined, looksLeft: agentLimits.sshLooksPerSession };
    this.#sessions.set(session, begun);
    if (this.#sessions.size > agentLimits.sessionsMax) {
      const [oldest] = this.#sessions.keys();
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    return begun;
  }
}
