/** Every field of the API has a resolver, or a column (or member) of the same name in what its resolver receives. */
import 'reflect-metadata';
import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { AuditResolver, AuditsResolver } from '../../src/audit/audit.resolver.js';
import { AuditComparisonResolver, type ComparisonView } from '../../src/audit/comparison.resolver.js';
import {
  AuditCheckResolver,
  AuditFindingResolver,
  AuditHostResolver,
  type SubjectView,
} from '../../src/audit/finding.resolver.js';
import type { RemedyView } from '../../src/audit/remedy.js';
import { AuditScheduleResolver, AuditSchedulesResolver } from '../../src/audit/schedule.resolver.js';
import type {
  AuditHostRow,
  AuditProgressRow,
  AuditScheduleRow,
  FindingCountRow,
  FindingRow,
} from '../../src/store/audit.rows.js';
import { BootEndingResolver, BootResolver, HostBootsResolver } from '../../src/history/boot.resolver.js';
import { DeathCountResolver } from '../../src/history/death-count.resolver.js';
import { ActorResolver, DeathResolver, LossResolver, VerdictResolver } from '../../src/history/death.resolver.js';
import type { JobTarget, Ledger, LedgerLoss, OomLimit, OomVictim, StreamLedger } from '../../src/generated/graphql.js';
import type { Connection } from '../../src/platform/connection.js';
import { EpisodeResolver, EpisodesResolver, ProcessEpisodesResolver } from '../../src/history/episode.resolver.js';
import { CoreDumpResolver, DeathEvidenceResolver, KernelLogLineResolver } from '../../src/history/evidence.resolver.js';
import { HostResolver } from '../../src/history/host.resolver.js';
import { LedgerResolver } from '../../src/history/ledger.resolver.js';
import { LoginResolver } from '../../src/history/login.resolver.js';
import { HostGapsResolver, ThrottleResolver } from '../../src/history/loss.resolver.js';
import { OomReportResolver, OomTaskResolver } from '../../src/history/oom.resolver.js';
import { ProcessResolver } from '../../src/history/process.resolver.js';
import { QueryResolver } from '../../src/history/query.resolver.js';
import { EpisodeRemediesResolver, RemedyResolver, VerdictRemediesResolver } from '../../src/history/remedy.resolver.js';
import { DeathRestartResolver, RestartResolver, type RestartView } from '../../src/history/restart.resolver.js';
import { DeathShotResolver } from '../../src/history/same-shot.resolver.js';
import {
  IncidentResolver,
  IncidentsResolver,
  NoticeResolver,
  type LabelView,
} from '../../src/incident/incident.resolver.js';
import { SilenceResolver, SilencesResolver } from '../../src/incident/silence.resolver.js';
import { DeliveriesResolver, DeliveryAttemptResolver, DeliveryResolver } from '../../src/incident/delivery.resolver.js';
import {
  HookResolver,
  ReceiverResolver,
  ReceiversResolver,
  RouteResolver,
} from '../../src/incident/receiver.resolver.js';
import type { SavedReceiver } from '../../src/incident/receiver.service.js';
import type { Matchers } from '../../src/incident/routing.js';
import type { AttemptRow, DeliveryRow } from '../../src/store/delivery.store.js';
import type { HookRow } from '../../src/store/hook.store.js';
import type { ReceiverRow } from '../../src/store/receiver.store.js';
import type { RouteRow } from '../../src/store/route.store.js';
import { ActorJobResolver } from '../../src/remediation/actor.resolver.js';
import { JobExecutionResolver } from '../../src/remediation/execution.resolver.js';
import { JobApprovalResolver, JobResolver, JobsResolver } from '../../src/remediation/job.resolver.js';
import type { JobView } from '../../src/remediation/job.service.js';
import { PassiveResolver } from '../../src/remediation/passive.resolver.js';
import {
  PoliciesResolver,
  PolicyResolver,
  PolicySimulationResolver,
  PolicyTurnResolver,
  PolicyWhereResolver,
  type PolicyView,
} from '../../src/remediation/policy.resolver.js';
import type { SimulationView } from '../../src/remediation/policy.service.js';
import type { PlanView } from '../../src/remediation/plan.view.js';
import type { ApprovalRow, CommandRow, JobEventRow } from '../../src/store/job.rows.js';
import type { IncidentRow, NoticeRow, SilenceRow } from '../../src/store/incident.rows.js';
import type { SwitchRow } from '../../src/store/switch.store.js';
import type { TurnRow } from '../../src/store/policy-turn.store.js';
import type { Policy, Remedy } from '../../src/remedy/index.js';
import type { DeathGroup } from '../../src/store/death-count.store.js';
import { SignalResolver } from '../../src/history/signal.resolver.js';
import type { VerdictView } from '../../src/history/verdict.view.js';
import type {
  ActorRow,
  ContainerRow,
  CoreDumpRow,
  DeathRow,
  HostRow,
  KernelLogRow,
  LoginRow,
  LossRow,
  OomReportRow,
  OomTaskRow,
  ProcessRow,
  SignalRow,
  ThrottleRow,
} from '../../src/store/rows.js';
import { schema } from '../support/sdl.js';

const columns =
  <T>() =>
  (...names: (keyof T & string)[]): readonly string[] =>
    names;

const incidentLists = ['Incident', 'Notice', 'Silence'];

/** Fields that are answered by the value itself; the compiler knows that it has them. */
const plain: Readonly<Record<string, readonly string[]>> = {
  Host: columns<HostRow>()('name', 'kernel', 'arch'),
  Process: columns<ProcessRow>()('pid', 'exe', 'comm', 'args', 'cgroup', 'unit'),
  SignalRecord: columns<SignalRow>()('at', 'code', 'thread'),
  Death: columns<DeathRow>()('reconstructed'),
  DeathCount: columns<DeathGroup>()('cause', 'actor', 'unit', 'exe', 'killer', 'login', 'other'),
  Restart: columns<RestartView>()('recently', 'isLoop'),
  Remedy: columns<Remedy>()('action', 'unit', 'advised', 'reason'),
  Audit: columns<AuditProgressRow>()('id', 'state', 'name'),
  AuditHost: columns<AuditHostRow>()('state', 'processes', 'code', 'detail'),
  AuditCut: ['check', 'count'],
  AuditSkip: ['check', 'why'],
  AuditFinding: columns<FindingRow>()('severity'),
  AuditFact: ['name', 'value'],
  AuditFindingCount: columns<FindingCountRow>()('severity', 'count'),
  AuditComparison: columns<ComparisonView>()('with'),
  AuditCheck: ['name'],
  AuditSchedule: columns<AuditScheduleRow>()('id', 'trouble'),
  AuditSubject: columns<SubjectView>()('kind', 'unit', 'pid', 'comm', 'exe', 'commandLine', 'user', 'processId'),
  AuditRemedy: columns<RemedyView>()('action', 'host', 'unit', 'process', 'oomScoreAdj', 'reason'),
  Job: columns<JobView>()(
    ...(['id', 'action', 'state', 'dryRun', 'reason', 'deadline', 'detail', 'code', 'objections'] as const),
  ),
  JobPlan: columns<PlanView>()('digest', 'risk', 'warnings', 'targets'),
  JobTarget: columns<JobTarget>()(
    ...(['host', 'bootId', 'wave', 'manager', 'service', 'pid', 'start', 'cgroup', 'signal', 'oomScoreAdj'] as const),
    ...(['zombies', 'steps'] as const),
  ),
  JobObjection: columns<JobView['objections'][number]>()('code', 'host', 'text'),
  JobApproval: columns<ApprovalRow>()('at'),
  JobExecution: columns<CommandRow>()('id', 'wave', 'state', 'detail', 'code'),
  JobStep: ['text', 'ok'],
  JobFact: ['name', 'value'],
  JobEvent: columns<JobEventRow>()('at', 'kind', 'actor', 'detail'),
  Policy: columns<PolicyView>()(
    ...([
      'name',
      'armed',
      'armedBy',
      'when',
      'where',
      'do',
      'atMostPerHour',
      'version',
      'updatedBy',
      'updatedAt',
    ] as const),
  ),
  PolicyWhen: columns<Policy['when']>()('death', 'episode'),
  PolicyDeath: columns<NonNullable<Policy['when']['death']>>()(
    ...(['cause', 'actor', 'unit', 'exe', 'restart', 'afterSeconds', 'livedSecondsMin', 'confidenceMin'] as const),
  ),
  PolicyEpisode: columns<NonNullable<Policy['when']['episode']>>()(
    ...(['state', 'unit', 'exe', 'lastedSecondsMin', 'zombiesMin'] as const),
  ),
  PolicyWhere: columns<Policy['where']>()('host'),
  PolicyDo: columns<Policy['do']>()('action', 'service'),
  Label: columns<LabelView>()('key', 'value'),
  PolicyTurn: columns<TurnRow>()('at', 'outcome', 'occurrence', 'code', 'detail'),
  PolicySimulation: columns<SimulationView>()(
    ...(['since', 'until', 'cutBefore', 'considered', 'matched', 'acted', 'awaitingApproval'] as const),
    ...(['acts', 'stopped', 'escalations'] as const),
  ),
  PolicySimulatedAct: columns<SimulationView['acts'][number]>()('at', 'host', 'target'),
  PolicySimulatedStop: columns<SimulationView['stopped'][number]>()('code', 'count'),
  Incident: columns<IncidentRow>()(
    ...(['id', 'key', 'kind', 'state', 'severity', 'evidence', 'hosts', 'unit', 'exe', 'cause', 'count'] as const),
  ),
  Notice: columns<NoticeRow>()('id', 'change', 'at', 'by'),
  Silence: columns<SilenceRow>()('id', 'host', 'unit', 'exe', 'cause', 'comment'),
  Receiver: columns<ReceiverRow>()('id', 'name', 'kind', 'target', 'locale', 'enabled', 'failures'),
  SavedReceiver: columns<SavedReceiver>()('receiver', 'secret'),
  Route: columns<RouteRow>()('id', 'position', 'name', 'matchers', 'continue'),
  RouteMatchers: columns<Matchers>()('kinds', 'severities', 'causes', 'host', 'unit', 'labels'),
  Delivery: columns<DeliveryRow>()('id', 'change', 'state', 'attempts', 'code'),
  DeliveryAttempt: columns<AttemptRow>()('at', 'status', 'code', 'detail'),
  Hook: columns<HookRow>()('id', 'name', 'kind'),
  AddedHook: ['hook', 'secret'],
  PassiveMode: columns<SwitchRow>()('on', 'reason', 'by', 'at'),
  CoreDump: columns<CoreDumpRow>()('path', 'pattern'),
  KernelLogLine: columns<KernelLogRow>()('at', 'text'),
  OomReport: columns<OomReportRow>()('at', 'reconstructed', 'cgroup', 'cut'),
  OomLimit: columns<OomLimit>()('name', 'usage', 'limit', 'failures'),
  OomTrigger: ['pid', 'comm', 'process', 'oomScoreAdj', 'gfpMask', 'order'],
  OomVictim: columns<OomVictim>()('totalVm', 'anonRss', 'fileRss', 'shmemRss', 'pageTables', 'oomScoreAdj', 'score'),
  OomTask: columns<OomTaskRow>()('pid', 'comm'),
  Throttle: columns<ThrottleRow>()('cgroup', 'since', 'until'),
  Verdict: columns<VerdictView>()('cause', 'confidence', 'evidence', 'rule', 'engine'),
  Actor: columns<ActorRow>()('kind', 'process'),
  Evidence: columns<VerdictView['evidence'][number]>()('kind', 'at', 'text'),
  Ledger: columns<Ledger>()('streams', 'balanced'),
  StreamLedger: columns<StreamLedger>()(
    ...(['name', 'read', 'stored', 'rejected', 'dropped', 'kernelLost', 'balanced', 'asOf'] as const),
  ),
  LedgerLoss: columns<LedgerLoss>()('cause', 'count', 'uncounted'),
  Loss: columns<LossRow>()('since', 'until', 'cause', 'cgroup'),
  Login: columns<LoginRow>()('tty'),
  Container: columns<ContainerRow>()('id', 'runtime', 'pod'),
  User: ['uid', 'name'],
  Signal: ['number', 'name'],
  PageInfo: columns<Connection<unknown>['pageInfo']>()('hasNextPage', 'endCursor'),
  ...Object.fromEntries(
    [
      'Death',
      'Process',
      'Host',
      'Signal',
      'Episode',
      'OomTask',
      'Loss',
      'Throttle',
      'Boot',
      'Job',
      ...incidentLists,
      'Audit',
      'AuditHost',
      'AuditFinding',
      'Delivery',
    ].flatMap((name) => [
      [`${name}Connection`, columns<Connection<unknown>>()('edges', 'nodes', 'pageInfo')],
      [`${name}Edge`, columns<Connection<unknown>['edges'][number]>()('cursor', 'node')],
    ]),
  ),
};

const resolvers = [
  IncidentResolver,
  IncidentsResolver,
  NoticeResolver,
  SilenceResolver,
  SilencesResolver,
  AuditCheckResolver,
  AuditComparisonResolver,
  AuditFindingResolver,
  AuditHostResolver,
  AuditResolver,
  AuditScheduleResolver,
  AuditSchedulesResolver,
  AuditsResolver,
  ActorJobResolver,
  DeliveriesResolver,
  DeliveryAttemptResolver,
  DeliveryResolver,
  HookResolver,
  ReceiverResolver,
  ReceiversResolver,
  RouteResolver,
  JobApprovalResolver,
  JobExecutionResolver,
  JobResolver,
  JobsResolver,
  PassiveResolver,
  PoliciesResolver,
  PolicyResolver,
  PolicySimulationResolver,
  PolicyTurnResolver,
  PolicyWhereResolver,
  BootEndingResolver,
  BootResolver,
  HostBootsResolver,
  EpisodeRemediesResolver,
  RemedyResolver,
  VerdictRemediesResolver,
  ActorResolver,
  CoreDumpResolver,
  DeathCountResolver,
  DeathEvidenceResolver,
  DeathResolver,
  DeathRestartResolver,
  DeathShotResolver,
  EpisodeResolver,
  EpisodesResolver,
  HostGapsResolver,
  HostResolver,
  LedgerResolver,
  KernelLogLineResolver,
  LoginResolver,
  LossResolver,
  OomReportResolver,
  OomTaskResolver,
  ProcessEpisodesResolver,
  ProcessResolver,
  QueryResolver,
  RestartResolver,
  SignalResolver,
  ThrottleResolver,
  VerdictResolver,
];

/** `Type.field` of every method that Nest knows as a resolver. */
function resolved(): Set<string> {
  const found = resolvers.flatMap((resolver) => {
    const owner = Reflect.getMetadata('graphql:resolver_name', resolver) as string | undefined;
    return Object.getOwnPropertyNames(resolver.prototype).flatMap((method) => {
      if (method === 'constructor') return [];
      const target = (resolver.prototype as unknown as Record<string, object>)[method]!;
      const name = Reflect.getMetadata('graphql:resolver_name', target) as string | undefined;
      const operation = Reflect.getMetadata('graphql:resolver_type', target) as string | undefined;
      return name ? [`${operation ?? owner}.${name}`] : [];
    });
  });
  return new Set(found);
}

const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
const fields = types.flatMap((type) =>
  isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
);

describe('the schema and the code that answers it', () => {
  test('every_field_has_a_resolver_or_a_column', () => {
    const answered = resolved();
    for (const [type, names] of Object.entries(plain)) for (const name of names) answered.add(`${type}.${name}`);
    expect(fields.filter((field) => !answered.has(field))).toEqual([]);
  });

  test('every_resolver_has_a_field', () => {
    expect([...resolved()].filter((field) => !fields.includes(field))).toEqual([]);
  });

  test('what_is_said_here_is_still_in_the_schema_and_said_once', () => {
    const said = Object.entries(plain).flatMap(([type, names]) => names.map((name) => `${type}.${name}`));
    expect(said.filter((field) => !fields.includes(field))).toEqual([]);
    expect(said.filter((field) => resolved().has(field))).toEqual([]);
  });
});
