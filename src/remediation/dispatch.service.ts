/**
 * The worker's part: takes jobs that may run, checks everything again itself (seals, approvals, guards as things are now), and
 * signs. It believes no row that API or worker did not seal, so that rights on the database alone have nothing executed.
 */
import { Inject, Injectable } from '@nestjs/common';
import { Command, type CommandAction } from '../contract/index.js';
import type { Env } from '../platform/env.js';
import type { Logger } from '../platform/logger.js';
import { ENV, LOGGER } from '../platform/platform.tokens.js';
import { Seal } from '../platform/seal.js';
import {
  approvalsMissing,
  jobLimits,
  planJob,
  type JobRequest,
  type Plan,
  type Refusal,
  type Wanted,
} from '../remedy/index.js';
import { HostStore } from '../store/host.store.js';
import type { CommandRow, JobChange, JobEventRow, JobRow, WholeJob } from '../store/job.rows.js';
import { JobFactsStore, type Asked } from '../store/job-facts.store.js';
import { JobQueueStore } from '../store/job-queue.store.js';
import { JobStore } from '../store/job.store.js';
import { SigningKeyStore } from '../store/signing-key.store.js';
import { SwitchStore } from '../store/switch.store.js';
import { approvable } from './approvable.js';
import { commandId, isApprovalSealed, isJobSealed } from './sealed.js';
import { SigningKey } from './signing-key.js';
import { endUnsent, planOf, server, sign, signable } from './steps.js';

/** Large enough that a fleet's jobs go out in few transactions, small enough that the first do not wait for the last. */
const jobsPerTurn = 100;
/** Hosts whose clock is behind take a command all the same. */
const clockSkewMs = 60_000;

const closing = ['rejected', 'cancelled', 'refused', 'expired', 'stopped'];

/** What stands against a job: a sentence, and a code. */
interface Obstacle {
  readonly code: string;
  readonly detail: string;
  /** Things are not as they were when it was planned: a policy asks again, or tells people. */
  readonly returnsTurn?: true;
}

/** A job with those of its commands that are next. */
interface Next {
  readonly job: JobRow;
  readonly commands: readonly CommandRow[];
}

@Injectable()
export class DispatchService {
  private readonly key: SigningKey;

  constructor(
    private readonly jobs: JobStore,
    private readonly work: JobQueueStore,
    private readonly facts: JobFactsStore,
    private readonly hosts: HostStore,
    private readonly switches: SwitchStore,
    private readonly keys: SigningKeyStore,
    private readonly seal: Seal,
    @Inject(ENV) env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.key = SigningKey.open(env.stateDir);
  }

  /** Hosts that enrol from now on trust this worker's key. */
  async publishKey(): Promise<void> {
    await this.keys.put(this.key.publicKey);
  }

  /** Works until nothing is left to sign. One worker at a time: what one has signed counts for the next. */
  async dispatch(): Promise<void> {
    let taken: number;
    do {
      taken = await this.work.alone(() => this.turn());
    } while (taken === jobsPerTurn);
  }

  /** @returns how many jobs were looked at. */
  private async turn(): Promise<number> {
    if ((await this.switches.passive()).on) return 0;
    const ids = await this.work.signable(jobsPerTurn);
    if (ids.length === 0) return 0;
    const jobs = await this.jobs.whole(await this.jobs.matching({}, ids));
    const obstacles = await this.obstacles(jobs);
    const at = new Date();
    await this.jobs.change(ids, (whole, closed) => this.step(whole, closed, obstacles.get(whole.job.id), at), {
      at,
      unlessPassive: true,
      trailKinds: closing,
    });
    return ids.length;
  }

  /** Earliest first, each as if those before it were at work already. */
  private async obstacles(jobs: readonly WholeJob[]): Promise<Map<string, Obstacle>> {
    const found = new Map<string, Obstacle>();
    const trusted: Next[] = [];
    for (const whole of jobs) {
      const obstacle = this.distrust(whole);
      if (obstacle) found.set(whole.job.id, obstacle);
      else trusted.push({ job: whole.job, commands: signable(whole) });
    }
    const inOrder = trusted
      .filter(({ commands }) => commands.length > 0)
      .toSorted((a, b) => a.job.created_at.getTime() - b.job.created_at.getTime() || (a.job.id < b.job.id ? -1 : 1));
    const asked = await this.again(inOrder);
    const facts = await this.facts.of(asked, await this.facts.fleet());
    let disturbedBefore = 0;
    for (const [index, { job, commands }] of inOrder.entries()) {
      const { fleet, ...rest } = facts[index]!;
      const now = { ...rest, fleet: { ...fleet, disturbed: fleet.disturbed + disturbedBefore } };
      const { refusal } = planJob(asked[index]!.request, now, jobLimits);
      if (refusal) found.set(job.id, notSent(refusal));
      else if (isDisturbing(job)) disturbedBefore += commands.length;
    }
    return found;
  }

  /** What the hosts that are next were planned for, to be asked of the guards as things are now. */
  private async again(all: readonly Next[]): Promise<Asked[]> {
    const ids = new Set(all.flatMap(({ commands }) => commands.map(({ host_id }) => host_id)));
    const rows = new Map((await this.hosts.byIds([...ids])).map((row) => [row.machine_id, row]));
    return all.map(({ job, commands }) => {
      const plan = planOf(job);
      const machines = new Set(commands.map(({ machine_id }) => machine_id));
      const targets = plan.targets.filter(({ host }) => machines.has(host));
      const hosts = targets.flatMap(({ host }) => rows.get(host) ?? []);
      return { request: requestAgain(plan, targets), hosts, before: job };
    });
  }

  /** What is wrong with the rows themselves. */
  private distrust(whole: WholeJob): Obstacle | null {
    const { job, commands, approvals } = whole;
    if (!isJobSealed(this.seal, job)) return this.forged(job, 'the job is not as it was requested');
    if (!approvals.every((approval) => isApprovalSealed(this.seal, approval)))
      return this.forged(job, 'an approval was not given here');
    const foreign = commands.some(({ id, machine_id }) => id !== commandId(job.id, machine_id));
    if (foreign) return this.forged(job, 'a command is not of this job');
    const missing = approvalsMissing(approvable(whole));
    if (missing === 0) return null;
    return { code: 'remediation/not-approved', detail: `Not signed: ${missing} more have to approve it.` };
  }

  private forged({ id }: JobRow, what: string): Obstacle {
    this.logger.error({ job: id, what }, 'a job in the database is forged; it was not signed');
    return { code: 'remediation/forged', detail: `Not signed: ${what}. Somebody wrote to the database: look into it.` };
  }

  /** In the lock: what was found still has to be so. */
  private step(
    whole: WholeJob,
    closed: readonly JobEventRow[],
    obstacle: Obstacle | undefined,
    at: Date,
  ): JobChange | null {
    const { job } = whole;
    if (job.ended_at !== null || job.state === 'PENDING_APPROVAL' || job.deadline <= at) return null;
    // Whatever the rows say; asked in the lock, since it may have been closed since the guards were.
    const reopened = closed.length > 0 ? this.forged(job, 'the trail says that it is over') : null;
    const against = reopened ?? obstacle ?? this.distrust(whole);
    if (against) return refuse(whole, against, at);
    const next = signable(whole);
    if (next.length === 0) return null;
    const envelopes = next.map((command) => ({ command, envelope: JSON.stringify(this.sign(whole, command)) }));
    return sign(envelopes, at, this.key.id);
  }

  private sign({ job, approvals }: WholeJob, { id, machine_id }: CommandRow) {
    const plan = planOf(job);
    const target = plan.targets.find(({ host }) => host === machine_id)!;
    const command = Command.parse({
      version: 1,
      id,
      job: job.id,
      host: machine_id,
      bootId: target.bootId,
      notBefore: new Date(job.created_at.getTime() - clockSkewMs).toISOString(),
      expiresAt: job.deadline.toISOString(),
      requestedBy: job.requested_by,
      approvedBy: approvals.map(({ approved_by }) => approved_by),
      reason: plan.reason,
      action: target.action,
    } satisfies Command);
    return this.key.envelope(command);
  }
}

function notSent({ objections }: Refusal): Obstacle {
  const obstacle = {
    code: objections[0]!.code,
    detail: `Not sent: ${objections.map(({ text }) => text).join(' ')}`,
  };
  // A policy that somebody has disarmed since is not to ask again.
  const isUnwanted = objections.some(({ code }) => code === 'remedy/policy-not-armed');
  return isUnwanted ? obstacle : { ...obstacle, returnsTurn: true };
}

function refuse(whole: WholeJob, { returnsTurn, ...against }: Obstacle, at: Date): JobChange {
  const how = { state: 'REJECTED', kind: 'refused', actor: server, ...against, at } as const;
  const ended = endUnsent(whole, how);
  if (ended === null) return stopWaves(whole, against, at);
  return returnsTurn ? { ...ended, returnsTurn } : ended;
}

const isDisturbing = ({ action }: JobRow) => action === 'RESTART_SERVICE' || action === 'REBOOT_HOST';

/** A later wave is stopped; what earlier ones did stands. */
function stopWaves(whole: WholeJob, { code, detail }: Obstacle, at: Date): JobChange {
  const commands = whole.commands
    .filter(({ state }) => state === 'WAITING')
    .map((command) => ({ ...command, state: 'CANCELLED' as const, ended_at: at, code, detail }));
  return {
    job: { state: 'FAILED', code, detail, ended_at: at },
    commands,
    events: [{ kind: 'stopped', actor: server, detail }],
  };
}

function requestAgain(plan: Plan, targets: Plan['targets']): JobRequest {
  return {
    wanted: wantedAgain(targets[0]!.action, targets[0]!.bootId),
    hosts: targets.map(({ host }) => host),
    maxHosts: targets.length,
    requester: plan.requester,
    reason: plan.reason,
  };
}

function wantedAgain(action: CommandAction, bootId: string): Wanted {
  const { kind } = action;
  if (kind === 'REBOOT_HOST') return { action: kind };
  if (kind === 'RESTART_SERVICE') return { action: kind, service: { name: action.service, manager: action.manager } };
  if (kind === 'KILL_ZOMBIE_PARENT') return { action: kind, process: { bootId, ref: refOf(action.parent) } };
  const process = { bootId, ref: refOf(action.process) };
  if (kind === 'SIGNAL_PROCESS') return { action: kind, process, signal: action.signal };
  if (kind === 'SET_OOM_SCORE_ADJ') return { action: kind, process, oomScoreAdj: action.oomScoreAdj };
  return { action: kind, process };
}

const refOf = ({ pid, start }: { pid: number; start: string }) => ({ pid, start });
