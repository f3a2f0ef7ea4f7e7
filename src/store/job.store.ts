/**
 * Jobs, their commands and approvals. Every change is a function of the whole job, run while the job is locked, and is
 * written together with its rows of the trail: a step that is lost leaves neither, and two that race follow one another.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import { Seal } from '../platform/seal.js';
import { targetsOther } from './job-target.js';
import { bigints, keyArrays } from './keys.js';
import type {
  ApprovalRow,
  CommandRow,
  CommandState,
  JobChange,
  JobEventRow,
  JobRow,
  JobState,
  WholeJob,
} from './job.rows.js';
import { notifyJobs, type JobNews, type Tx } from './notifications.js';
import type { Db } from './postgres.js';
import type { ActorCommandRow, LifeKey } from './rows.js';
import { run } from './sql.js';
import { DB, STEPS_DB } from './store.tokens.js';
import { storableJson, textOrNull } from './text.js';
import { addToTrail } from './trail.js';

export interface JobCriteria {
  readonly state?: readonly JobState[] | null;
  readonly action?: readonly string[] | null;
  readonly hostId?: number | null;
  readonly requestedBy?: string | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
}

/** Where a page of jobs begins: after this one. */
export type JobPosition = Pick<JobRow, 'created_at' | 'id'>;

export type NewJob = Omit<JobRow, 'updated_at' | 'ended_at' | 'code'>;
export type NewCommand = Pick<
  CommandRow,
  'id' | 'job_id' | 'host_id' | 'created_at' | 'wave' | 'target' | 'expires_at'
>;

export interface JobToStore {
  readonly job: NewJob;
  readonly commands: readonly NewCommand[];
  readonly events: JobChange['events'];
}

/** `trail`: what was asked for by `trailKinds`. */
type Change = (job: WholeJob, trail: readonly JobEventRow[]) => JobChange | null;

export interface ChangeOptions {
  readonly at: Date;
  /** Changes nothing while the fleet is in passive mode, which cannot begin before this is over. */
  readonly unlessPassive?: boolean;
  /** What the trail has of these kinds, as it is while the jobs are locked. */
  readonly trailKinds?: readonly string[];
}

export const jobIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const eventsPerJobMax = 1_000;
/** What takes a step waits for the same ends of the trail: more would only wait there. */
export const stepsAtOnce = 4;
/** What stood against it may be over by then. */
const turnAgain = '5 seconds';

@Injectable()
export class JobStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    @Inject(STEPS_DB) private readonly steps: Db,
    private readonly seal: Seal,
  ) {}

  /** Newest first. */
  async page(where: JobCriteria, after: JobPosition | null, limit: number): Promise<JobRow[]> {
    return run<JobRow>(this.db, 'jobsPage', [
      ...criteria(where),
      after?.created_at ?? null,
      after?.id ?? null,
      null,
      limit,
    ]);
  }

  /** Those of the given jobs that meet the criteria. */
  async matching(where: JobCriteria, ids: readonly string[]): Promise<JobRow[]> {
    return run<JobRow>(this.db, 'jobsPage', [...criteria(where), null, null, [...ids], ids.length]);
  }

  /** Null also for what is no id. */
  async byId(id: string): Promise<JobRow | null> {
    if (!jobIdPattern.test(id)) return null;
    return (await this.matching({}, [id]))[0] ?? null;
  }

  /** The deaths in which these may have had a hand, for their commands, want their verdict again. @returns how many more do. */
  async reopenActed(actors: readonly (LifeKey & { readonly command: string })[]): Promise<number> {
    const parameters = [...keyArrays(actors), actors.map(({ command }) => command)];
    return (await run(this.db, 'reopenActed', parameters)).length;
  }

  /** The job for which a life acted on another at that time. */
  async behind(act: LifeKey & { readonly at_ns: bigint }, victim: LifeKey): Promise<JobRow | null> {
    const parameters = [...keyArrays([act]), bigints([act.at_ns])];
    const rows = await run<ActorCommandRow>(this.db, 'commandsOfActors', parameters);
    const found = rows.find(({ target }) => !targetsOther(target, victim));
    return found ? this.byId(found.job) : null;
  }

  async byKey(requestedBy: string, idempotencyKey: string): Promise<JobRow | null> {
    const [job] = await this.db<
      JobRow[]
    >`select * from jobs where requested_by = ${requestedBy} and idempotency_key = ${idempotencyKey}`;
    return job ?? null;
  }

  /** Which jobs commands belong to. @returns whoever asks for one of them by host and id; null: that host has no such command. */
  async jobsOfCommands(ids: readonly string[]): Promise<(hostId: number, commandId: string) => string | null> {
    const rows = await this.steps<Pick<CommandRow, 'id' | 'host_id' | 'job_id'>[]>`
      select id, host_id, job_id from job_commands where id = any (${[...ids]}::uuid[])`;
    const found = new Map(rows.map(({ id, host_id, job_id }) => [`${host_id}:${id}`, job_id]));
    return (hostId, commandId) => found.get(`${hostId}:${commandId.toLowerCase()}`) ?? null;
  }

  async whole(jobs: readonly JobRow[]): Promise<WholeJob[]> {
    return whole(this.steps, jobs);
  }

  async events(ids: readonly string[]): Promise<JobEventRow[]> {
    return run<JobEventRow>(this.db, 'eventsOfJobs', [[...ids], eventsPerJobMax]);
  }

  /** @returns for each whether it was stored: not when its requester has used its idempotency key before. All, or none. */
  async add(all: readonly JobToStore[]): Promise<boolean[]> {
    return (await this.steps.begin((transaction) => this.insert(transaction as Tx, all))) as boolean[];
  }

  /**
   * @param alongside what else is written in the same transaction; where it says false, all of it is undone
   * @returns false when that was so, or the requester has used the idempotency key before; then nothing was stored.
   */
  async addWith(job: JobToStore, alongside: (tx: Tx) => Promise<boolean>): Promise<boolean> {
    const stored = this.steps.begin(async (transaction) => {
      const tx = transaction as Tx;
      const [isNew] = await this.insert(tx, [job]);
      if (isNew && !(await alongside(tx))) throw undone;
      return isNew!;
    });
    return stored.catch((error: unknown) => {
      if (error === undone) return false;
      throw error;
    });
  }

  private async insert(tx: Tx, all: readonly JobToStore[]): Promise<boolean[]> {
    const rows = await run<Pick<JobRow, 'id'>>(tx, 'insertJobs', [JSON.stringify(all.map(({ job }) => hexed(job)))]);
    const stored = new Set(rows.map(({ id }) => id));
    const added = all.filter(({ job }) => stored.has(job.id));
    if (added.length > 0) await this.writeNew(tx, added);
    return all.map(({ job }) => stored.has(job.id));
  }

  private async writeNew(tx: Tx, added: readonly JobToStore[]): Promise<void> {
    const jobs = added.map(({ job }) => job);
    await run(tx, 'insertCommands', [JSON.stringify(added.flatMap(({ commands }) => commands))]);
    const queued = jobs.filter(({ state }) => state === 'QUEUED');
    await notifyJobs(tx, { changed: jobs.map(({ id }) => id), queued: queued.map(({ id }) => id), signed: [] });
    const entries = added.flatMap(({ job, events }) =>
      events.map((event) => ({ ...event, jobId: job.id, at: job.created_at })),
    );
    await addToTrail(tx, this.seal, entries);
  }

  /**
   * Locks the jobs, asks of each what is to change, and writes it.
   * @returns those that changed, as they are now. What `change` throws undoes all.
   */
  async change(ids: readonly string[], change: Change, options: ChangeOptions): Promise<WholeJob[]> {
    if (ids.length === 0) return [];
    return (await this.steps.begin(async (transaction) => {
      const tx = transaction as Tx;
      if (options.unlessPassive && (await isPassive(tx))) return [];
      const jobs = await run<JobRow>(tx, 'lockJobs', [[...ids]]);
      const trail = await trailOf(tx, ids, options.trailKinds ?? []);
      const changed = (await whole(tx, jobs)).flatMap((before) => {
        const ofJob = trail.filter(({ job_id }) => job_id === before.job.id);
        const made = change(before, ofJob);
        return made ? [{ before, made, after: applied(before, made, options.at) }] : [];
      });
      if (changed.length > 0) await this.write(tx, changed, options.at);
      return changed.map(({ after }) => after);
    })) as WholeJob[];
  }

  private async write(tx: Tx, changed: readonly Changed[], at: Date): Promise<void> {
    const json = JSON.stringify;
    const commands = changed.flatMap(({ before, made }) => (made.commands ?? []).map((one) => written(one, before)));
    const approvals = changed.flatMap(({ made }) => made.approval ?? []);
    const actors = changed.flatMap(({ made }) => made.actors ?? []);
    const given = approvals.map((row) => ({ ...row, plan_digest: toHex(row.plan_digest), seal: toHex(row.seal) }));
    const jobs = changed.map(({ after: { job } }) => {
      const { id, state, detail, code, ended_at, updated_at } = job;
      return { id, state, detail, code, ended_at, updated_at };
    });
    await Promise.all([
      run(tx, 'saveJobs', [storableJson(jobs)]),
      ...(commands.length > 0 ? [run(tx, 'saveCommands', [storableJson(commands)])] : []),
      ...(approvals.length > 0 ? [run(tx, 'insertApprovals', [json(given)])] : []),
      ...(actors.length > 0 ? [run(tx, 'insertActors', [json(actors)])] : []),
      notifyJobs(tx, newsOf(changed)),
    ]);
    const returning = changed.flatMap(({ after, made }) => (made.returnsTurn ? [after.job.id] : []));
    if (returning.length > 0) await run(tx, 'returnTurns', [returning, turnAgain]);
    const entries = changed.flatMap(({ before, made }) =>
      made.events.map((event) => ({ ...event, jobId: before.job.id, at })),
    );
    await addToTrail(tx, this.seal, entries);
  }
}

async function trailOf(tx: Tx, ids: readonly string[], kinds: readonly string[]): Promise<readonly JobEventRow[]> {
  if (kinds.length === 0) return [];
  return tx<
    JobEventRow[]
  >`select * from job_events where job_id = any (${[...ids]}::uuid[]) and kind = any (${[...kinds]})`;
}

/** Thrown to have a transaction undone. */
const undone = new Error('undone');

interface Changed {
  readonly before: WholeJob;
  readonly made: JobChange;
  readonly after: WholeJob;
}

/** The job as it is once the change is made. */
export function applied(before: WholeJob, made: JobChange, at: Date): WholeJob {
  const commands = new Map(made.commands?.map((command) => [command.id, command]));
  return {
    job: { ...before.job, ...made.job, updated_at: at },
    commands: before.commands.map((command) => commands.get(command.id) ?? command),
    approvals: made.approval ? [...before.approvals, made.approval] : before.approvals,
  };
}

/** Without what stays as it is: the envelope and the report are most of a row. */
function written({ id, envelope, report, ...command }: CommandRow, { commands }: WholeJob): object {
  const { state, signed_at, sent_at, sends, accepted_at, ended_at, detail, code } = command;
  const was = commands.find((one) => one.id === id);
  const large = {
    ...(envelope !== was?.envelope && { envelope }),
    ...(report !== was?.report && { report }),
  };
  return { id, state, signed_at, sent_at, sends, accepted_at, ended_at, detail, code, ...large };
}

function newsOf(changed: readonly Changed[]): JobNews {
  const signable: readonly CommandState[] = ['WAITING'];
  return {
    changed: changed.map(({ after }) => after.job.id),
    queued: changed.flatMap(({ after: { job, commands } }) =>
      isApproved(job) && commands.some(({ state }) => signable.includes(state)) ? [job.id] : [],
    ),
    signed: changed.flatMap(({ before, made }) =>
      (made.commands ?? []).flatMap(({ id, state, host_id, job_id }) => {
        const was = before.commands.find((command) => command.id === id)?.state;
        return state === 'SIGNED' && was !== state ? [{ hostId: host_id, jobId: job_id }] : [];
      }),
    ),
  };
}

function isApproved({ state, ended_at }: JobRow): boolean {
  return ended_at === null && state !== 'PENDING_APPROVAL';
}

async function whole(db: Db | TransactionSql<{ bigint: bigint }>, jobs: readonly JobRow[]): Promise<WholeJob[]> {
  if (jobs.length === 0) return [];
  const ids = jobs.map(({ id }) => id);
  const [commands, approvals] = await Promise.all([
    run<CommandRow>(db, 'commandsOfJobs', [ids]),
    run<ApprovalRow>(db, 'approvalsOfJobs', [ids]),
  ]);
  return jobs.map((job) => ({
    job,
    commands: commands.filter(({ job_id }) => job_id === job.id),
    approvals: approvals.filter(({ job_id }) => job_id === job.id),
  }));
}

/** The share lock makes whoever turns the switch wait until this transaction is over. */
async function isPassive(tx: Tx): Promise<boolean> {
  const [row] = await tx<{ on: boolean }[]>`select "on" from switches where name = 'passive' for share`;
  return row?.on ?? true;
}

function criteria(where: JobCriteria): unknown[] {
  return [
    where.state ?? null,
    where.action ?? null,
    where.hostId ?? null,
    textOrNull(where.requestedBy),
    where.since ?? null,
    where.until ?? null,
  ];
}

/** JSON has no bytes. */
function hexed({ plan_digest, seal, request_digest, ...job }: NewJob): object {
  const bytes = { plan_digest: toHex(plan_digest), seal: toHex(seal), request_digest: toHex(request_digest) };
  return { ...job, ...bytes };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
