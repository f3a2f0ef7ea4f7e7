/** From drafts to an answer: bounded in number and size, redacted, each process named as events name it. */
import { cutText } from '../bytes/text.js';
import {
  filterCheck,
  limits,
  type Answer,
  type AuditFacts,
  type AuditFinding,
  type AuditSubject,
} from '../contract.js';
import { agentLimits } from '../limits.js';
import type { Draft, ProcessFacts } from './facts.js';

export interface Naming {
  /** As events name it. */
  readonly startOf: (process: ProcessFacts) => bigint | undefined;
  /** Redacted; empty when it is gone. */
  readonly commandLineOf: (process: ProcessFacts) => string;
}

export interface Judged {
  readonly check: string;
  readonly drafts: readonly Draft[];
}

const order = ['CRITICAL', 'WARNING', 'INFO'];

/** Of each check the gravest first; a check that finds too much does not crowd out the others. */
export function bounded(judged: readonly Judged[], naming: Naming): Pick<Answer, 'findings' | 'cut'> {
  const findings: AuditFinding[] = [];
  const cut: Answer['cut'] = [];
  let bytes = 0;
  for (const { check, drafts } of judged) {
    const most = check === filterCheck ? limits.findingsMax : agentLimits.auditFindingsPerCheckMax;
    const gravest = drafts.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
    let kept = 0;
    for (const draft of gravest) {
      if (kept >= most || findings.length >= limits.findingsMax) break;
      const finding = findingOf(check, draft, naming);
      bytes += Buffer.byteLength(JSON.stringify(finding));
      if (bytes > agentLimits.auditAnswerBytesMax) break;
      findings.push(finding);
      kept += 1;
    }
    if (drafts.length > kept) cut.push({ check, count: drafts.length - kept });
  }
  return { findings, cut };
}

function findingOf(check: string, { severity, subject, facts }: Draft, naming: Naming): AuditFinding {
  return { check, severity, subject: subjectOf(subject, naming), facts: cutFacts(facts) };
}

function subjectOf(subject: Draft['subject'], { startOf, commandLineOf }: Naming): AuditSubject {
  if (subject.kind === 'unit') return { kind: 'unit', unit: cutText(subject.unit, limits.nameCharactersMax) };
  if (subject.kind === 'host') return { kind: 'host' };
  const { process } = subject;
  const { pid, comm, exe, unit, uid, userName } = process;
  const start = startOf(process);
  return {
    kind: 'process',
    pid,
    ...(start !== undefined && { start: start.toString() }),
    comm: cutText(comm.toWellFormed(), limits.commCharactersMax),
    ...(exe !== undefined && { exe: cutText(exe, limits.factCharactersMax) }),
    commandLine: cutText(commandLineOf(process), limits.factCharactersMax),
    ...(unit !== undefined && { unit: cutText(unit, limits.nameCharactersMax) }),
    uid,
    ...(userName !== undefined && { user: cutText(userName, limits.nameCharactersMax) }),
  };
}

function cutFacts(facts: AuditFacts): AuditFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'string' ? cutText(value, limits.factCharactersMax) : value,
    ]),
  );
}
