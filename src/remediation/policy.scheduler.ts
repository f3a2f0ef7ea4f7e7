/**
 * The worker's part of policies: what they mean becomes a job, a word to people, or nothing. It decides nothing itself (`matches`
 * and `planJob` of `src/remedy` do), and only one worker does this at a time. Each turn is settled in the transaction that stores
 * what follows from it, so a crash costs a repetition of the looking, never of the deed.
 */
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { Seal } from '../platform/seal.js';
import { JobQueue } from '../queue/job.queue.js';
import {
  escalationOf,
  jobLimits,
  leftToPeople,
  matches,
  planJob,
  processName,
  requestOf,
  willPass,
  type JobFacts,
  type Escalated,
  type JobRequest,
  type Occurrence,
  type Plan,
  type Refusal,
} from '../remedy/index.js';
import { JobFactsStore } from '../store/job-facts.store.js';
import { JobStore } from '../store/job.store.js';
import { OccurrenceStore, type KnownOccurrence } from '../store/occurrence.store.js';
import { PolicyStore, requesterOf, type PolicyRecord } from '../store/policy.store.js';
import { PolicyTurnStore, type TurnRow } from '../store/policy-turn.store.js';
import { parseEpisodeId, parseLifeId } from '../store/rows.js';
import { jobLifetimeSeconds } from './job.input.js';
import { newJob } from './new-job.js';

/** Few enough that whoever holds the lock is soon done. */
const turnsPerSweep = 100;
const episodesPerSweep = 500;
/** What may yet become what the policy means, or pass by itself. */
const againSeconds = { notMeant: 60, passing: 5, failed: 30 } as const;
const pruneEveryMs = 600_000;

/** A turn with all that is known of it. */
interface Case extends KnownOccurrence {
  readonly turn: TurnRow;
  readonly record: PolicyRecord;
}

@Injectable()
export class PolicyScheduler {
  private prunedAt = 0;

  constructor(
    private readonly policies: PolicyStore,
    private readonly turns: PolicyTurnStore,
    private readonly occurrences: OccurrenceStore,
    private readonly facts: JobFactsStore,
    private readonly jobs: JobStore,
    private readonly seal: Seal,
    private readonly queue: JobQueue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async sweep(): Promise<void> {
    let taken = 0;
    await this.turns.alone(async () => {
      taken = await this.takeTurns();
    });
    if (taken === turnsPerSweep) await this.queue.wake('apply-policies');
  }

  /** @returns how many turns were looked at. */
  private async takeTurns(): Promise<number> {
    const { trusted, forged } = await this.policies.trusted();
    if (forged.length > 0) {
      const what =
        'policies in the database are not as they were saved; they do nothing. Look into it, then save them again.';
      this.logger.error({ policies: forged }, what);
    }
    if (trusted.some(({ policy }) => policy.when.episode !== undefined)) await this.turns.addEpisodes(episodesPerSweep);
    const due = await this.turns.due(turnsPerSweep);
    const records = new Map(trusted.map((record) => [record.policy.name, record]));
    const known = await this.known(due);
    for (const turn of due) await this.take(turn, records.get(turn.policy), known.get(turn.occurrence));
    await this.prune();
    return due.length;
  }

  private async known(turns: readonly TurnRow[]): Promise<Map<string, KnownOccurrence>> {
    const ids = [...new Set(turns.map(({ occurrence }) => occurrence))];
    const [deaths, episodes] = await Promise.all([
      this.occurrences.ofDeaths(ids.flatMap((id) => parseLifeId(id) ?? [])),
      this.occurrences.ofEpisodes(ids.flatMap((id) => parseEpisodeId(id) ?? [])),
    ]);
    return new Map([...deaths, ...episodes]);
  }

  /** One that fails does not keep the others waiting. */
  private async take(
    turn: TurnRow,
    record: PolicyRecord | undefined,
    known: KnownOccurrence | undefined,
  ): Promise<void> {
    if (!record || !known) return this.turns.drop(turn);
    try {
      await this.consider({ ...known, turn, record });
    } catch (error) {
      this.logger.error({ err: error, policy: turn.policy, occurrence: turn.occurrence }, 'a turn of a policy failed');
      await this.turns.postpone(turn, againSeconds.failed, null);
    }
  }

  private async consider(one: Case): Promise<void> {
    const { turn, record, occurrence } = one;
    const match = matches(record.policy, occurrence);
    if (match.kind === 'wait') return this.turns.postpone(turn, match.seconds, null);
    if (match.kind === 'no') return this.notMeant(one, match.because);
    if (!one.isFirst) return this.turns.postpone(turn, againSeconds.notMeant, null);
    const request = requestOf(record.policy, occurrence, record.armedBy ?? record.updatedBy);
    const { plan, refusal } = planJob(request, await this.factsOf(request, one), jobLimits);
    await (plan === null ? this.refuse(one, refusal) : this.act(one, plan));
  }

  /** What goes on may change; what stood against it until it was too late is told, and where something else came first, on record. */
  private async notMeant(one: Case, because: string): Promise<void> {
    const { turn, record, occurrence } = one;
    const { policy } = record;
    const goesOn = occurrence.kind === 'episode' && occurrence.isOpen && occurrence.isOfPresentBoot;
    if (goesOn) return this.turns.postpone(turn, againSeconds.notMeant, null);
    if (turn.code === null || turn.detail === null) return this.turns.drop(turn);
    const { code, detail } = turn;
    if (because === 'late') return this.tell(one, { code, detail }, leftToPeople(detail, escalated(one)));
    const outcome = policy.armed ? 'REFUSED' : 'WOULD_REFUSE';
    await this.turns.settle(turn, { outcome, at: new Date(), code, detail }, null);
  }

  /** One that is not armed is asked as if it were, with the caps that its own record comes to. */
  private async factsOf(request: JobRequest, { record: { policy }, host }: Case): Promise<JobFacts> {
    const [facts] = await this.facts.of([{ request, hosts: [host], before: null }], await this.facts.fleet());
    if (policy.armed) return facts!;
    const { name, atMostPerHour } = policy;
    const jobsLastHour = await this.turns.wouldHaveActed(name);
    return { ...facts!, policy: { armed: true, atMostPerHour, jobsLastHour } };
  }

  private async act({ turn, record: { policy }, host }: Case, plan: Plan): Promise<void> {
    const at = new Date();
    if (!policy.armed) return this.turns.settle(turn, { outcome: 'WOULD_ACT', at }, null);
    const by = requesterOf(policy.name);
    const added = newJob(this.seal, plan, [host], {
      ...{ by, role: 'policy', at, idempotencyKey: turn.occurrence, requestDigest: digestOf(turn) },
      lifetimeSeconds: plan.approvals > 0 ? jobLifetimeSeconds.withApprovals : jobLifetimeSeconds.alone,
    });
    const settled = { outcome: 'ACTED', at, jobId: added.job.id } as const;
    if (await this.jobs.addWith(added, (tx) => this.turns.settleIn(tx, turn, settled))) {
      await this.queue.wake('dispatch-jobs');
      return;
    }
    // It has acted on it before, and the turn was forgotten since.
    const earlier = await this.jobs.byKey(by, turn.occurrence);
    if (earlier) await this.turns.settle(turn, { ...settled, at: earlier.created_at, jobId: earlier.id }, null);
  }

  private async refuse(one: Case, refusal: Refusal): Promise<void> {
    const { turn, record } = one;
    const { objections } = refusal;
    const because = { code: objections[0]!.code, detail: objections.map(({ text }) => text).join(' ') };
    const text = escalationOf(refusal, escalated(one));
    if (text !== null) return this.tell(one, because, text);
    if (willPass(refusal)) return this.turns.postpone(turn, againSeconds.passing, because);
    const outcome = record.policy.armed ? 'REFUSED' : 'WOULD_REFUSE';
    await this.turns.settle(turn, { outcome, at: new Date(), ...because }, null);
  }

  private async tell(one: Case, because: { code: string; detail: string }, text: string): Promise<void> {
    const { turn, record, host, occurrence } = one;
    const { armed } = record.policy;
    const escalation = { hostId: host.id, target: escalated(one).target, unit: subject(occurrence).unit, text };
    const settled = { outcome: armed ? 'TOLD' : 'WOULD_TELL', at: new Date(), ...because } as const;
    await this.turns.settle(turn, settled, armed ? escalation : null);
  }

  private async prune(): Promise<void> {
    if (Date.now() - this.prunedAt < pruneEveryMs) return;
    this.prunedAt = Date.now();
    await this.turns.prune();
  }
}

function escalated({ record: { policy }, host, occurrence }: Case): Escalated {
  const { unit, name } = subject(occurrence);
  const requester = { kind: 'policy', name: policy.name } as const;
  return { requester, target: policy.do.service ?? unit ?? name, hostName: host.name };
}

/** Whom it is about: of a zombie, who should wait for it. */
function subject(occurrence: Occurrence): { unit: string | null; name: string } {
  const parent = occurrence.kind === 'episode' && occurrence.state === 'zombie' ? occurrence.parent : null;
  const process = parent ?? occurrence.process;
  return { unit: process.unit, name: processName(process) };
}

function digestOf({ policy, occurrence }: TurnRow): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([policy, occurrence]))
    .digest();
}
