/**
 * A unit's own stop command (ExecStop=/bin/kill -TERM $MAINPID): systemd starts it, in the unit's cgroup, when the unit is
 * to stop. A part of a service that kills another part looks the same; only the request before it tells them apart.
 */
import type { ProcessFacts, RequestFacts } from './facts.js';
import { isSame } from './signal-origin.js';

export function isStopCommand(sender: ProcessFacts, victim: ProcessFacts, request: RequestFacts): boolean {
  if (isSame(sender.ref, victim.ref) || BigInt(sender.ref.start) < request.at) return false;
  return mayBeStopCommand(sender, victim);
}

/** A child of systemd in the victim's service, as far as is known; what was orphaned in a session has systemd for a parent too. */
export function mayBeStopCommand(sender: ProcessFacts, victim: ProcessFacts): boolean {
  if (sender.unit === null || !sender.unit.endsWith('.service')) return false;
  const parent = sender.ancestry[0];
  return sender.unit === victim.unit && (parent === undefined || parent.comm === 'systemd');
}
