/** What has to exist twice is the same twice: the enums of the API and the lists of the code. */
import { isEnumType } from 'graphql';
import { expect, test } from 'vitest';
import { checkNames } from '../../src/audit/checks.js';
import {
  coreDumpObstacles,
  dispositions,
  episodeStates,
  kernelLogTopics,
  oomConstraints,
  processOrigins,
  rungs,
  serviceManagers,
  severities as auditSeverities,
} from '../../src/contract/index.js';
import { enumName } from '../../src/history/enum-name.js';
import { hookKinds } from '../../src/incident/input.js';
import { incidentKinds, incidentStates, noticeChanges, severities } from '../../src/incident/notice.js';
import { receiverKinds } from '../../src/incident/receivers/index.js';
import { mailSecurities } from '../../src/incident/receivers/receiver.js';
import { silenceStates } from '../../src/incident/silence.resolver.js';
import { actions, policyRestarts, risks } from '../../src/remedy/index.js';
import { auditHostStates, auditStates } from '../../src/store/audit.rows.js';
import { countedBy } from '../../src/store/death-count.store.js';
import { deliveryStates } from '../../src/store/delivery.store.js';
import { commandStates, jobStates } from '../../src/store/job.rows.js';
import { turnOutcomes } from '../../src/store/policy-turn.store.js';
import { actorKinds, bootEndings, causes, locales, restartKinds } from '../../src/verdict/index.js';
import { schema } from '../support/sdl.js';

const lists: Readonly<Record<string, readonly string[]>> = {
  Cause: causes,
  ActorKind: actorKinds,
  DeathDimension: countedBy,
  Locale: locales,
  Rung: rungs.map(enumName),
  Disposition: dispositions.map(enumName),
  ProcessOrigin: processOrigins.map(enumName),
  EpisodeState: episodeStates.map(enumName),
  CoreDumpObstacle: coreDumpObstacles.map(enumName),
  OomConstraint: oomConstraints.map(enumName),
  RestartKind: restartKinds.map(enumName),
  BootEndingKind: bootEndings,
  JobAction: actions,
  JobState: jobStates,
  JobExecutionState: commandStates,
  PolicyOutcome: turnOutcomes,
  PolicyRestart: policyRestarts,
  JobRisk: risks.map(enumName),
  ServiceManager: serviceManagers.map(enumName),
  IncidentKind: incidentKinds,
  IncidentState: incidentStates,
  Severity: severities,
  NoticeChange: noticeChanges,
  SilenceState: silenceStates,
  AuditState: auditStates,
  AuditHostState: auditHostStates,
  AuditCheckName: checkNames,
  AuditSeverity: auditSeverities,
  AuditSubjectKind: ['HOST', 'UNIT', 'PROCESS'],
  AuditChange: ['NEW', 'GONE', 'STILL'],
  ReceiverKind: receiverKinds,
  MailSecurity: mailSecurities,
  DeliveryState: deliveryStates,
  HookKind: hookKinds,
  KernelLogTopic: kernelLogTopics.map(enumName),
};

const enums = Object.values(schema.getTypeMap()).filter((type) => isEnumType(type) && !type.name.startsWith('__'));

test.each(enums.map((type) => [type.name, type] as const))('%s', (name, type) => {
  expect(Object.keys(lists)).toContain(name);
  expect(isEnumType(type) && type.getValues().map((value) => value.name)).toEqual(lists[name]);
});
