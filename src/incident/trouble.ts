/**
 * What an incident is about: a death, episode, silent host, loss or escalation that somebody should know of. Pure.
 *
 * Not every death that failed is trouble: `grep` that finds nothing exits with 1, and supervisors and people kill what they have
 * started, all day. So, of what nobody had wanted:
 * - what no program does on purpose (a crash, an OOM kill, …) is, whatever it hits;
 * - the end of a service or container is, whatever its cause;
 * - else a SIGKILL is that neither its parent nor a person sent.
 */
import { policyCauses } from '../remedy/index.js';
import type { TroubleDeathRow } from '../store/incident.rows.js';
import { lifeId } from '../store/rows.js';
import { plainOrQuoted, type Cause, type Text } from '../verdict/index.js';
import type { IncidentKind, Severity } from './notice.js';

export interface Trouble {
  readonly kind: IncidentKind;
  /** Which of its kind; what it is known by when it comes again. */
  readonly ref: string;
  readonly at: Date;
  readonly host: TroubleHost;
  readonly unit: string | null;
  readonly exe: string | null;
  readonly cause: string | null;
  readonly severity: Severity;
  readonly summary: Text;
  /** In English, the weightiest first. */
  readonly evidence: readonly string[];
}

export interface TroubleHost {
  readonly id: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const neverOnPurpose: readonly Cause[] = [
  'CRASHED',
  'ABORTED',
  'OOM_GLOBAL',
  'OOM_CGROUP',
  'OOM_USERSPACE',
  'RESOURCE_LIMIT',
  'SECCOMP',
  'WATCHDOG',
];
const sigkill = 9;
/** Who may kill what is theirs. */
const ownKillers = ['SELF', 'PARENT', 'HUMAN', 'WHODUNIT'];
const evidenceMax = 8;

/** Null: nobody has to know. */
export function deathTrouble(death: TroubleDeathRow): Trouble | null {
  const severity = severityOf(death);
  if (severity === null) return null;
  const { cause, died_at: at, summary, summary_zh, evidence } = death;
  return {
    kind: 'DEATH',
    ref: lifeId(death),
    at,
    host: hostOf(death),
    ...subjectOf(death),
    cause,
    severity,
    summary: { en: summary, zh: summary_zh },
    evidence: (evidence ?? []).slice(0, evidenceMax).map(({ text }) => text),
  };
}

function severityOf({ cause, is_main, signal, actor_kind }: TroubleDeathRow): Severity | null {
  if (!(policyCauses as readonly Cause[]).includes(cause)) return null;
  if (cause === 'OOM_GLOBAL') return 'CRITICAL';
  if (is_main) return 'ERROR';
  if (neverOnPurpose.includes(cause)) return 'WARNING';
  return signal === sigkill && !ownKillers.includes(actor_kind) ? 'WARNING' : null;
}

export function hostOf(row: {
  readonly host_id: number;
  readonly host_name: string;
  readonly host_labels: Readonly<Record<string, string>>;
}): TroubleHost {
  return { id: row.host_id, name: row.host_name, labels: row.host_labels };
}

/** Services are known by their unit; scopes and sessions come and go, and there it is the program that fails. */
export function subjectOf({ unit, exe, comm }: Subject): { readonly unit: string | null; readonly exe: string | null } {
  const isService = unit?.endsWith('.service') ?? false;
  return { unit: isService ? unit : null, exe: exe ?? (comm === '' ? null : comm) };
}

interface Subject {
  readonly unit: string | null;
  readonly exe: string | null;
  readonly comm: string;
}

/** The service or program, as people call it; of what is about neither, nothing. */
export function nameOf({ unit, exe }: Pick<Trouble, 'unit' | 'exe'>): string | null {
  const name = unit ?? exe?.split('/').at(-1);
  return name === undefined || name === '' ? null : plainOrQuoted(name);
}
