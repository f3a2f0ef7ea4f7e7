/** A verdict as GraphQL shows it, from the row or, for a death that is not decided yet, from the facts. */
import type { DeathRow, EvidenceRow, LifeKey } from '../store/rows.js';
import { decide, type ActorKind, type Cause, type Text } from '../verdict/index.js';
import type { Loaders, Moment } from './loaders.js';

export interface VerdictView {
  readonly death: DeathRow;
  readonly cause: Cause;
  readonly actor: { readonly kind: ActorKind; readonly moment: Moment | null };
  readonly confidence: number;
  readonly summary: Text;
  readonly evidence: { readonly kind: string; readonly at: Date | null; readonly text: string }[];
  readonly rule: string;
  readonly engine: number;
}

export async function verdictOf(death: DeathRow, loaders: Loaders): Promise<VerdictView> {
  const decided = death.engine === null ? await decideNow(death, loaders) : death;
  const evidence = decided.evidence ?? [];
  const { actor_pid: pid, actor_start_ns: start } = decided;
  const actor = pid === null || start === null ? null : { boot: death.boot, pid, start_ns: start };
  return {
    death,
    cause: decided.cause ?? 'UNKNOWN',
    actor: { kind: decided.actor_kind ?? 'UNKNOWN', moment: actor && momentOf(actor, death, evidence) },
    // A real of Postgres has 24 bits: show what was meant.
    confidence: Math.round((decided.confidence ?? 0) * 1000) / 1000,
    summary: summaryOf(decided),
    evidence: evidence.map(({ kind, at, text }) => ({ kind, at: wallClock(death, at), text })),
    rule: decided.rule ?? '',
    engine: decided.engine ?? 0,
  };
}

async function decideNow(death: DeathRow, loaders: Loaders): Promise<DeathRow> {
  const facts = await loaders.facts.load(death);
  if (!facts) return death;
  const verdict = decide(facts);
  return {
    ...death,
    engine: verdict.engine,
    rule: verdict.rule,
    cause: verdict.cause,
    actor_kind: verdict.actor.kind,
    actor_pid: verdict.actor.process?.pid ?? null,
    actor_start_ns: verdict.actor.process ? BigInt(verdict.actor.process.start) : null,
    confidence: verdict.confidence,
    summary: verdict.summary.en,
    summary_zh: verdict.summary.zh,
    evidence: verdict.evidence.map((item) => ({ ...item, at: item.at === null ? null : String(item.at) })),
  };
}

/** Engines before 5 knew English only; their verdicts are decided again in the background. */
function summaryOf({ summary, summary_zh }: DeathRow): Text {
  return { en: summary ?? '', zh: summary_zh ?? summary ?? '' };
}

/** The actor as it was when it acted: at the signal, where there is one. */
function momentOf(actor: LifeKey, death: DeathRow, evidence: readonly EvidenceRow[]): Moment {
  const signal = evidence.findLast((item) => item.kind === 'signal' && item.at !== null);
  return { ...actor, at_ns: signal?.at ? BigInt(signal.at) : death.died_ns };
}

function wallClock(death: DeathRow, at: string | null): Date | null {
  return at === null ? null : new Date(death.booted_at.getTime() + Number(BigInt(at) / 1_000_000n));
}
