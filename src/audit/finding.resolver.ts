import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type {
  AuditCheckMendArgs,
  AuditCheckTitleArgs,
  AuditCheckWhyArgs,
  AuditFindingMendArgs,
  AuditFindingSummaryArgs,
  AuditFindingWhyArgs,
} from '../generated/graphql.js';
import type { AuditHostRow, FindingRow } from '../store/audit.rows.js';
import type { HostRow } from '../store/rows.js';
import { inLocale } from '../verdict/index.js';
import { checkTexts, isByServer, isCheckName, summaryOf, type CheckName } from './checks.js';
import { processIdOf, remedyOf, type RemedyView } from './remedy.js';

/** What the edge's loaders can do for us. */
interface WithHosts {
  readonly loaders: { readonly host: { load(id: number): Promise<HostRow | null> } };
}

/** Rows that a newer version stored are not shown by an older one, so the name is one of ours. */
const named = (finding: FindingRow): CheckName => (isCheckName(finding.check) ? finding.check : 'MATCHES_FILTER');

export interface SubjectView {
  readonly kind: 'HOST' | 'UNIT' | 'PROCESS';
  readonly unit: string | null;
  readonly pid: number | null;
  readonly comm: string | null;
  readonly exe: string | null;
  readonly commandLine: string | null;
  readonly user: { readonly uid: number; readonly name: string | null } | null;
  readonly processId: string | null;
}

export function subjectView(finding: FindingRow): SubjectView {
  const { subject } = finding;
  const nothing = { unit: null, pid: null, comm: null, exe: null, commandLine: null, user: null, processId: null };
  if (subject.kind === 'host') return { ...nothing, kind: 'HOST' };
  if (subject.kind === 'unit') return { ...nothing, kind: 'UNIT', unit: subject.unit };
  const { pid, comm, commandLine } = subject;
  return {
    kind: 'PROCESS',
    ...{ pid, comm, commandLine },
    unit: subject.unit ?? null,
    exe: subject.exe ?? null,
    user: { uid: subject.uid, name: subject.user ?? null },
    processId: processIdOf(finding),
  };
}

@Resolver('AuditFinding')
export class AuditFindingResolver {
  @ResolveField('id')
  id(@Parent() finding: FindingRow): string {
    return String(finding.id);
  }

  @ResolveField('check')
  check(@Parent() finding: FindingRow): CheckName {
    return named(finding);
  }

  @ResolveField('host')
  host(@Parent() finding: FindingRow, @Context() { loaders }: WithHosts): Promise<HostRow | null> {
    return loaders.host.load(finding.host_id);
  }

  @ResolveField('subject')
  subject(@Parent() finding: FindingRow): SubjectView {
    return subjectView(finding);
  }

  @ResolveField('facts')
  facts(@Parent() { facts }: FindingRow): { name: string; value: string | null }[] {
    return Object.entries(facts).map(([name, value]) => ({ name, value: value === null ? null : String(value) }));
  }

  @ResolveField('summary')
  async summary(
    @Parent() finding: FindingRow,
    @Args() { locale }: AuditFindingSummaryArgs,
    @Context() { loaders }: WithHosts,
  ): Promise<string> {
    const host = await loaders.host.load(finding.host_id);
    return inLocale(summaryOf(named(finding), finding.subject, host?.name ?? ''), locale);
  }

  @ResolveField('why')
  why(@Parent() finding: FindingRow, @Args() { locale }: AuditFindingWhyArgs): string {
    return inLocale(checkTexts[named(finding)].why, locale);
  }

  @ResolveField('mend')
  mend(@Parent() finding: FindingRow, @Args() { locale }: AuditFindingMendArgs): string {
    return inLocale(checkTexts[named(finding)].mend, locale);
  }

  @ResolveField('remedy')
  async remedy(@Parent() finding: FindingRow, @Context() { loaders }: WithHosts): Promise<RemedyView | null> {
    const host = await loaders.host.load(finding.host_id);
    return host && remedyOf(finding, host.name);
  }
}

@Resolver('AuditCheck')
export class AuditCheckResolver {
  @ResolveField('title')
  title(@Parent() { name }: { name: CheckName }, @Args() { locale }: AuditCheckTitleArgs): string {
    return inLocale(checkTexts[name].title, locale);
  }

  @ResolveField('why')
  why(@Parent() { name }: { name: CheckName }, @Args() { locale }: AuditCheckWhyArgs): string {
    return inLocale(checkTexts[name].why, locale);
  }

  @ResolveField('mend')
  mend(@Parent() { name }: { name: CheckName }, @Args() { locale }: AuditCheckMendArgs): string {
    return inLocale(checkTexts[name].mend, locale);
  }

  @ResolveField('byServer')
  byServer(@Parent() { name }: { name: CheckName }): boolean {
    return isByServer(name);
  }
}

@Resolver('AuditHost')
export class AuditHostResolver {
  @ResolveField('host')
  host(@Parent() row: AuditHostRow, @Context() { loaders }: WithHosts): Promise<HostRow | null> {
    return loaders.host.load(row.host_id);
  }

  @ResolveField('sentAt')
  sentAt(@Parent() row: AuditHostRow): Date | null {
    return row.sent_at;
  }

  @ResolveField('answeredAt')
  answeredAt(@Parent() row: AuditHostRow): Date | null {
    return row.answered_at;
  }

  @ResolveField('duration')
  duration(@Parent() row: AuditHostRow): number | null {
    return row.duration_ms;
  }

  @ResolveField('cut')
  cut(@Parent() row: AuditHostRow): NonNullable<AuditHostRow['cut']> {
    return row.cut ?? [];
  }

  @ResolveField('skipped')
  skipped(@Parent() row: AuditHostRow): NonNullable<AuditHostRow['skipped']> {
    return row.skipped ?? [];
  }
}
