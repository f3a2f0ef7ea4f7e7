/** Logins and users as GraphQL shows them. */
import type { LoginRow, ProcessRow } from '../store/rows.js';

export function loginOf(process: ProcessRow): LoginRow | null {
  if (process.login_uid === null) return null;
  return {
    uid: process.login_uid,
    name: process.login_name,
    session: process.login_session,
    tty: process.tty,
    source: process.login_source,
  };
}

/** GraphQL's Int has 31 bits and a sign; a uid has 32. Uids beyond are shown as the kernel's own negative ones (-2). */
export function uidNumber(uid: bigint): number {
  return Number(BigInt.asIntN(32, uid));
}
