/** Policies in tests: the worker's parts to be asked one by one, and deaths that happened lately. */
import { NestFactory } from '@nestjs/core';
import type { Event, ProcessRef } from '../../src/contract/index.js';
import { DiagnosisService } from '../../src/diagnosis/diagnosis.service.js';
import { createLogger, nestLogger } from '../../src/platform/logger.js';
import { DispatchService } from '../../src/remediation/dispatch.service.js';
import { PolicyScheduler } from '../../src/remediation/policy.scheduler.js';
import { migrateQueue } from '../../src/queue/queues.js';
import { WorkerModule } from '../../src/worker.module.js';
import { bootedAt, described, init, killing, life } from './events.js';
import type { TestHost } from './host.js';
import { enrollWithService, gqlAs, serviceCgroup, unit } from './jobs.js';
import type { Answer, Stack } from './stack.js';

/** A worker that does what it is asked and nothing else. */
export interface WorkerParts {
  decide(): Promise<void>;
  sweep(): Promise<void>;
  /** As `sweep`, without the lock that lets one worker do it at a time. */
  sweepUnlocked(): Promise<unknown>;
  dispatch(): Promise<void>;
  close(): Promise<void>;
}

export async function workerParts({ env }: Stack): Promise<WorkerParts> {
  const logger = createLogger(env, 'test');
  await migrateQueue(env);
  const module = WorkerModule.forRoot(env, logger);
  const app = await NestFactory.createApplicationContext(module, { logger: nestLogger(logger), abortOnError: false });
  await app.get(DispatchService).publishKey();
  return {
    decide: () => app.get(DiagnosisService).decidePending(),
    sweep: () => app.get(PolicyScheduler).sweep(),
    sweepUnlocked: () => app.get(PolicyScheduler)['takeTurns'](),
    dispatch: () => app.get(DispatchService).dispatch(),
    close: () => app.close(),
  };
}

/** Boot-clock time of so many seconds ago, in ms. Asked twice it may say two times: a life is made once and then named. */
export const ago = (seconds: number): number => Date.now() - Date.parse(bootedAt) - seconds * 1_000;

/** The service of `enrollWithService` is killed by a program, and nothing starts it again. */
export const serviceKilled = (secondsAgo: number): Event[] => {
  const at = ago(secondsAgo);
  return killing(life(100), life(300, at - 5), at).filter(({ kind, ...event }) => {
    return !(kind === 'process' && 'pid' in event && event.pid === 100);
  });
};

/** One more run of it. */
export const serviceRun = (run: ProcessRef): Event =>
  described(run, { comm: 'redis-server', parent: init, unit, cgroup: serviceCgroup });

export async function hostWithDeadService(stack: Stack, name: string, secondsAgo = 20): Promise<TestHost> {
  const host = await enrollWithService(stack, name);
  await sent(host, serviceKilled(secondsAgo));
  return host;
}

export async function sent(host: TestHost, events: Event[]): Promise<void> {
  const reply = await host.send(events);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
}

export const keepRedis = {
  ...{ name: 'keep-redis', armed: true, do: { action: 'RESTART_SERVICE' } },
  when: { death: { cause: ['SIGNALED'], unit: ['redis*'], afterSeconds: 10, confidenceMin: 0 } },
};

const fields = `{ name armed armedBy version updatedBy atMostPerHour where { host labels { key value } } do { action service }
  when { death { cause actor unit exe restart afterSeconds livedSecondsMin confidenceMin }
    episode { state unit exe lastedSecondsMin zombiesMin } }
  turns { outcome occurrence code detail host { name } job { id state requestedBy } } history { kind actor detail } }`;
export const savePolicy = `mutation ($input: PolicyInput!) { savePolicy(input: $input) ${fields} }`;

/** @throws Error that quotes the errors, if there are any. */
export async function save(stack: Stack, input: object, token = stack.adminToken): Promise<Answer> {
  const { data, errors } = await gqlAs(stack, token, savePolicy, { input });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.savePolicy;
}

export async function policy(stack: Stack, name: string): Promise<Answer> {
  const { data, errors } = await stack.gql(`query ($name: String!) { policy(name: $name) ${fields} }`, { name });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.policy;
}

export const outcomes = ({ turns }: Answer): string[] => turns.map(({ outcome }: Answer) => outcome).toSorted();
