/**
 * The turns of policies: deaths and episodes that they may mean, each once. What settles a turn is written in the same transaction:
 * a crash leaves both undone, and whoever comes second finds it settled.
 */
import { Inject, Injectable } from '@nestjs/common';
import { Seal } from '../platform/seal.js';
import type { Tx } from './notifications.js';
import { policyId } from './policy.store.js';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';
import { storableText } from './text.js';
import { addToTrail } from './trail.js';

/**
 * ACTED: it asked for a job. TOLD: it may not, and people were told. REFUSED: it may not, and nothing follows from that. WOULD_…:
 * what would have become of it had the policy been armed.
 */
export const turnOutcomes = ['ACTED', 'TOLD', 'REFUSED', 'WOULD_ACT', 'WOULD_TELL', 'WOULD_REFUSE'] as const;
export type TurnOutcome = (typeof turnOutcomes)[number];

export interface TurnKey {
  readonly policy: string;
  /** `lifeId` of a death or `episodeId`. */
  readonly occurrence: string;
}

export interface TurnRow extends TurnKey {
  readonly host_id: number;
  readonly due_at: Date | null;
  readonly at: Date;
  readonly outcome: TurnOutcome | null;
  readonly job_id: string | null;
  readonly code: string | null;
  readonly detail: string | null;
}

export interface Settled {
  readonly outcome: TurnOutcome;
  readonly at: Date;
  readonly jobId?: string;
  readonly code?: string;
  readonly detail?: string;
}

/** What people are told. */
export interface NewEscalation {
  readonly hostId: number;
  readonly target: string;
  readonly unit: string | null;
  readonly text: string;
}

const keptOfEach = 1_000;
/** Longer than a policy waits for a death and answers it late. */
const keptAtLeast = '3 hours';

@Injectable()
export class PolicyTurnStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly seal: Seal,
  ) {}

  /** Runs it unless somebody else does: then that one sees to it. */
  async alone(work: () => Promise<void>): Promise<void> {
    await this.db.begin(async (tx) => {
      const [row] = await tx<
        { mine: boolean }[]
      >`select pg_try_advisory_xact_lock(hashtext('whodunit policies')) as mine`;
      if (row!.mine) await work();
    });
  }

  /** Gives open episodes their turn. */
  async addEpisodes(limit: number): Promise<void> {
    await run(this.db, 'addEpisodeTurns', [limit]);
  }

  async due(limit: number): Promise<TurnRow[]> {
    return run<TurnRow>(this.db, 'dueTurns', [limit]);
  }

  /** It is looked at again; `because` says what it waits for. */
  async postpone(
    { policy, occurrence }: TurnKey,
    seconds: number,
    because: { readonly code: string; readonly detail: string } | null,
  ): Promise<void> {
    const [code, detail] = [because?.code ?? null, because && storableText(because.detail)];
    await this
      .db`update policy_turns set due_at = now() + ${`${Math.ceil(seconds)} s`}::interval, code = ${code}, detail = ${detail}
      where policy = ${policy} and occurrence = ${occurrence} and due_at is not null`;
  }

  /** It is not what the policy means. */
  async drop({ policy, occurrence }: TurnKey): Promise<void> {
    await this
      .db`delete from policy_turns where policy = ${policy} and occurrence = ${occurrence} and due_at is not null`;
  }

  /** @returns false when it was settled before; then the caller undoes what it did in this transaction. */
  async settleIn(tx: Tx, { policy, occurrence }: TurnKey, settled: Settled): Promise<boolean> {
    const { outcome, at, jobId = null, code = null, detail = null } = settled;
    const text = detail && storableText(detail);
    const rows = await tx`update policy_turns set due_at = null, outcome = ${outcome}, at = ${at}, job_id = ${jobId},
      code = ${code}, detail = ${text}
      where policy = ${policy} and occurrence = ${occurrence} and due_at is not null returning policy`;
    return rows.length > 0;
  }

  /** With what people are told of it, if they are. */
  async settle(turn: TurnKey, settled: Settled, escalation: NewEscalation | null): Promise<void> {
    await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      if (!(await this.settleIn(tx, turn, settled)) || escalation === null) return;
      const { policy } = turn;
      const [target, text] = [storableText(escalation.target), storableText(escalation.text)];
      await tx`insert into escalations (at, policy, host_id, target, unit, text)
        values (${settled.at}, ${policy}, ${escalation.hostId}, ${target}, ${escalation.unit}, ${text})`;
      const event = { kind: 'escalated', actor: `policy ${policy}`, detail: text };
      await addToTrail(tx, this.seal, [{ ...event, jobId: policyId(policy), at: settled.at }]);
    });
  }

  /** How often a policy that is not armed would have acted in the last hour. */
  async wouldHaveActed(policy: string): Promise<number> {
    const [row] = await this.db<{ count: number }[]>`select count(*)::int from policy_turns
      where policy = ${policy} and at > now() - interval '1 hour' and outcome = 'WOULD_ACT'`;
    return row!.count;
  }

  /** Settled ones, latest first. */
  async latest(policies: readonly string[], limit: number): Promise<TurnRow[]> {
    return run<TurnRow>(this.db, 'turnsPage', [[...policies], limit]);
  }

  async prune(): Promise<void> {
    await run(this.db, 'pruneTurns', [keptOfEach, keptAtLeast]);
  }
}
