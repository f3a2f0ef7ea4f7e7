/**
 * Policies. Every change is written together with its row of the trail, and carries an HMAC by a key that the database does not
 * hold. A policy that others wrote to the table, or brought back from earlier, is told apart by `trusted` and does nothing.
 */
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Seal } from '../platform/seal.js';
import { Policy } from '../remedy/index.js';
import type { JobEventRow, NewEvent } from './job.rows.js';
import type { Tx } from './notifications.js';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';
import { addToTrail } from './trail.js';

/** A stored policy. */
export interface PolicyRecord {
  readonly policy: Policy;
  /** Who made it act; null where it is not armed. */
  readonly armedBy: string | null;
  readonly version: number;
  readonly updatedBy: string;
  readonly updatedAt: Date;
}

/** What becomes of a policy; null: it is deleted. */
export interface PolicyChange {
  readonly after: Omit<PolicyRecord, 'updatedAt'> | null;
  readonly event: NewEvent & { readonly kind: (typeof changeKinds)[number] };
}

interface PolicyRow {
  readonly name: string;
  readonly body: object;
  readonly armed: boolean;
  readonly armed_by: string | null;
  readonly version: number;
  readonly updated_by: string;
  readonly updated_at: Date;
  readonly seal: Buffer;
}

const changeKinds = ['policy-saved', 'policy-armed', 'policy-disarmed', 'policy-deleted'] as const;

/** More than that nobody oversees; whoever looks for what they mean reads them all. */
export const policiesMax = 200;

@Injectable()
export class PolicyStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly seal: Seal,
  ) {}

  /** By name. */
  async all(): Promise<PolicyRecord[]> {
    return (await this.db<PolicyRow[]>`select * from policies order by name`).map(toRecord);
  }

  async byName(name: string): Promise<PolicyRecord | null> {
    const [row] = await this.db<PolicyRow[]>`select * from policies where name = ${name}`;
    return row ? toRecord(row) : null;
  }

  async count(): Promise<number> {
    return (await this.db<{ count: number }[]>`select count(*)::int from policies`)[0]!.count;
  }

  /** Those that are as API or worker wrote them last, and the names of the others. */
  async trusted(): Promise<{ readonly trusted: PolicyRecord[]; readonly forged: string[] }> {
    const rows = await this.db<PolicyRow[]>`select * from policies order by name`;
    if (rows.length === 0) return { trusted: [], forged: [] };
    const changed = await this.changedAt(rows.map(({ name }) => name));
    const isTrusted = (row: PolicyRow) =>
      this.seal.fits(row.seal, 'policy', sealed(row)) && changed.get(policyId(row.name)) === row.updated_at.getTime();
    const [trusted, others] = [rows.filter(isTrusted), rows.filter((row) => !isTrusted(row))];
    return { trusted: trusted.map(toRecord), forged: others.map(({ name }) => name) };
  }

  /** How often it acted in the last hour. */
  async jobsLastHour(name: string, before: { readonly created_at: Date; readonly id: string } | null): Promise<number> {
    const parameters = [requesterOf(name), before?.created_at ?? null, before?.id ?? null];
    return (await run<{ jobs: number }>(this.db, 'policyCounts', parameters))[0]!.jobs;
  }

  /**
   * Asks what is to change while nobody else changes it, and writes it.
   * @returns the policy as it is now; null: there is none. What `change` throws undoes all.
   */
  async change(
    name: string,
    change: (before: PolicyRecord | null) => PolicyChange | null,
  ): Promise<PolicyRecord | null> {
    return (await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      await tx`select pg_advisory_xact_lock(hashtext('whodunit policy ' || ${name}))`;
      const [row] = await tx<PolicyRow[]>`select * from policies where name = ${name} for update`;
      const before = row ? toRecord(row) : null;
      const made = change(before);
      if (made === null) return before;
      // Later than any earlier change: the trail tells by the time which one is in force.
      const updatedAt = new Date(Math.max(Date.now(), (before?.updatedAt.getTime() ?? 0) + 1));
      await (made.after === null ? this.remove(tx, name) : this.put(tx, { ...made.after, updatedAt }));
      await addToTrail(tx, this.seal, [{ ...made.event, jobId: policyId(name), at: updatedAt }]);
      return made.after && { ...made.after, updatedAt };
    })) as PolicyRecord | null;
  }

  /** Its changes and escalations, latest first. */
  async history(name: string, limit: number): Promise<JobEventRow[]> {
    return this.db<JobEventRow[]>`select * from job_events where job_id = ${policyId(name)}
      order by number desc limit ${limit}`;
  }

  private async put(tx: Tx, record: PolicyRecord): Promise<void> {
    const { name, armed, ...body } = record.policy;
    const { armedBy, version, updatedBy, updatedAt } = record;
    const unsealed = {
      ...{ name, body, armed, version },
      ...{ armed_by: armedBy, updated_by: updatedBy, updated_at: updatedAt },
    };
    const seal = this.seal.of('policy', sealed(unsealed));
    await tx`insert into policies (name, body, armed, armed_by, version, updated_by, updated_at, seal)
      values (${name}, ${JSON.stringify(body)}::text::jsonb, ${armed}, ${armedBy}, ${version}, ${updatedBy}, ${updatedAt}, ${seal})
      on conflict (name) do update set body = excluded.body, armed = excluded.armed, armed_by = excluded.armed_by,
        version = excluded.version, updated_by = excluded.updated_by, updated_at = excluded.updated_at, seal = excluded.seal`;
  }

  /** What it has settled stays on record; what waits for it does so no longer. */
  private async remove(tx: Tx, name: string): Promise<void> {
    await tx`delete from policies where name = ${name}`;
    await tx`delete from policy_turns where policy = ${name} and outcome is null`;
  }

  /** When each was changed last, in ms, as the trail has it; by `policyId`. */
  private async changedAt(names: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.db<{ job_id: string; at: Date }[]>`select distinct on (job_id) job_id, at from job_events
      where job_id = any (${names.map(policyId)}::uuid[]) and kind = any (${[...changeKinds]})
      order by job_id, number desc`;
    return new Map(rows.map(({ job_id, at }) => [job_id, at.getTime()]));
  }
}

/** In the place of a person's name, which has no colon. */
export function requesterOf(policy: string): string {
  return `policy:${policy}`;
}

/** What its rows in the trail are of: a UUID (version 8) from the SHA-256 of its name. */
export function policyId(name: string): string {
  const bytes = createHash('sha256').update(`whodunit policy ${name}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function toRecord({ name, body, armed, armed_by, version, updated_by, updated_at }: PolicyRow): PolicyRecord {
  const policy = Policy.parse({ ...body, name, armed });
  return { policy, armedBy: armed_by, version, updatedBy: updated_by, updatedAt: updated_at };
}

function sealed({ name, body, armed, armed_by, version, updated_by, updated_at }: Omit<PolicyRow, 'seal'>) {
  return [name, canonical(body), String(armed), armed_by, version, updated_by, updated_at.getTime()];
}

/** Postgres keeps the members of an object in an order of its own. */
function canonical(value: object): string {
  const inOrder = (_: string, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member;
  return JSON.stringify(value, inOrder);
}
