/**
 * Facts in, verdict out: pure, total and deterministic. The first rule that finds something decides; what holds for any
 * death (losses around it, a sensor that cannot see signals, the common evidence) is put on top here.
 */
import { certainty, lossFactor, weakest } from './confidence.js';
import { endingOf } from './ending.js';
import { commonEvidence, lossEvidence, plural } from './evidence.js';
import type { DeathFacts, LossFacts, ProcessFacts } from './facts.js';
import type { Finding, Rule } from './rule.js';
import { lastRule, rules } from './rules/index.js';
import { en, joined, nothing, zh, type Text } from './text.js';
import type { Evidence, Verdict } from './verdict.js';

const fullStop: Text = { en: '.', zh: '。' };

/** Raised whenever the same facts may get another verdict. */
export const engineVersion = 6;

export function decide(facts: DeathFacts): Verdict {
  const { rule, finding } = firstFinding(facts);
  const losses = facts.losses.filter((loss) => loss.since <= facts.at && concerns(loss, facts.victim));
  const evidence = [
    ...commonEvidence(facts),
    ...finding.evidence,
    ...losses.map((loss) => lossEvidence(loss, facts.at)),
    ...sensorEvidence(facts),
  ];
  return {
    cause: finding.cause,
    actor: finding.actor,
    confidence: adjustedConfidence(finding, facts, losses),
    summary: joined(finding.summary, sensorClause(facts), lossClause(losses), fullStop),
    evidence: inTimeOrder(evidence),
    rule: rule.id,
    engine: engineVersion,
  };
}

function firstFinding(facts: DeathFacts): { readonly rule: Rule; readonly finding: Finding } {
  for (const rule of rules) {
    const finding = rule.decide(facts);
    if (finding !== null) return { rule, finding };
  }
  return { rule: lastRule, finding: lastRule.decide(facts) };
}

function adjustedConfidence(finding: Finding, facts: DeathFacts, losses: readonly LossFacts[]): number {
  const seen = signalsMayBeUnseen(facts) ? certainty.signalsUnseen : certainty.exact;
  const confidence = weakest(finding.confidence, seen) * (losses.length === 0 ? 1 : lossFactor);
  return Math.round(confidence * 100) / 100;
}

/** A recorded signal proves that the sensor sees them. */
function signalsMayBeUnseen(facts: DeathFacts): boolean {
  return facts.signals.length === 0 && (facts.reconstructed || facts.rung === 'procfs' || facts.rung === null);
}

/** A loss of another cgroup's history takes nothing from this one's. */
function concerns({ cgroup }: LossFacts, victim: ProcessFacts): boolean {
  if (cgroup === null || victim.cgroup === null) return true;
  return victim.cgroup === cgroup || victim.cgroup.startsWith(`${cgroup}/`);
}

function sensorClause(facts: DeathFacts): Text {
  if (facts.reconstructed)
    return {
      en: '; nobody watched, so this is what the kernel log says',
      zh: '；当时没有监控，以上内容来自内核日志',
    };
  const suffers = facts.rung === 'procfs' && endingOf(facts).how !== 'exited';
  if (!suffers) return nothing;
  return { en: '; the procfs sensor cannot see who sends signals', zh: '；procfs 传感器看不到信号由谁发送' };
}

function sensorEvidence(facts: DeathFacts): readonly Evidence[] {
  if (!signalsMayBeUnseen(facts)) return [];
  if (facts.reconstructed)
    return [{ kind: 'sensor', at: null, text: 'Nobody watched: this death was read from the kernel log later.' }];
  const text =
    facts.rung === null
      ? 'Which sensor watched is not known, so signals may have gone unseen.'
      : 'The procfs sensor cannot see signals, nor who sends them.';
  return [{ kind: 'sensor', at: null, text }];
}

function lossClause(losses: readonly LossFacts[]): Text {
  if (losses.length === 0) return nothing;
  const counts = losses.map((loss) => loss.count);
  const known = counts.filter((count) => count !== null).reduce((sum, count) => sum + count, 0);
  const ofHost = losses.some((loss) => loss.cgroup === null);
  const whose: Text = ofHost ? { en: 'this host', zh: '本机' } : { en: 'its cgroup', zh: '其 cgroup' };
  const isCounted = !counts.includes(null);
  const amount: Text = isCounted
    ? { en: `${known} ${plural(known, 'event')}`, zh: `${known} 个事件` }
    : { en: 'events', zh: '一些事件' };
  const was = isCounted && known === 1 ? 'was' : 'were';
  return {
    en: en`; ${amount} of ${whose} ${was} lost around that time, so something may be missing here`,
    zh: zh`；这段时间前后丢失了${whose}的${amount}，以上可能有遗漏`,
  };
}

/** Oldest first; what has no instant of its own comes last. Stable, so alike instants keep the order given. */
function inTimeOrder(evidence: readonly Evidence[]): readonly Evidence[] {
  return evidence.toSorted((a, b) => {
    if (a.at === null || b.at === null) return Number(a.at === null) - Number(b.at === null);
    return a.at < b.at ? -1 : Number(a.at > b.at);
  });
}
