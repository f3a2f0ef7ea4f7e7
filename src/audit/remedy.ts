/** Which job would mend a finding, as `requestJob` takes it. Pure. */
import type { Action } from '../remedy/index.js';
import type { FindingRow } from '../store/audit.rows.js';
import { inLocale } from '../verdict/index.js';
import { checkTexts, isCheckName, type CheckName } from './checks.js';

export interface RemedyView {
  readonly action: Action;
  readonly host: string;
  readonly unit: string | null;
  readonly process: string | null;
  readonly oomScoreAdj: number | null;
  readonly reason: string;
}

const actions: Partial<Record<CheckName, Action>> = {
  ZOMBIES: 'KILL_ZOMBIE_PARENT',
  STOPPED: 'RESUME_PROCESS',
  OOM_PROTECTED: 'SET_OOM_SCORE_ADJ',
  DELETED_EXECUTABLE: 'RESTART_SERVICE',
  DELETED_LIBRARY: 'RESTART_SERVICE',
};

/** `Process.id` of the subject; null where the history does not know the life. */
export function processIdOf({ subject }: Pick<FindingRow, 'subject'>): string | null {
  if (subject.kind !== 'process' || subject.boot == null || subject.start === undefined) return null;
  return `${subject.boot}.${subject.pid}.${subject.start}`;
}

export function remedyOf(finding: FindingRow, host: string): RemedyView | null {
  const { check, subject, audit_id, facts } = finding;
  const action = isCheckName(check) ? actions[check] : undefined;
  if (action === undefined || !isCheckName(check) || subject.kind !== 'process') return null;
  const reason = `Audit ${audit_id}: ${inLocale(checkTexts[check].title)}.`;
  const common = { action, host, reason, unit: null, process: null, oomScoreAdj: null };
  if (action === 'RESTART_SERVICE')
    // A unit within a container or a machine is another one than the host's of that name.
    return subject.unit?.endsWith('.service') && facts['elsewhere'] !== true ? { ...common, unit: subject.unit } : null;
  const process = processIdOf(finding);
  if (process === null) return null;
  return { ...common, process, oomScoreAdj: action === 'SET_OOM_SCORE_ADJ' ? 0 : null };
}
