/** How much memory there was when the agent looked, soon after a daemon had freed some, in words. */
import { bytes } from './bytes.js';
import { duration } from './duration.js';
import { plainOrQuoted } from './escape.js';
import type { MemoryFacts, SignalFacts, StalledFacts } from './facts.js';
import { signalName } from './signal-names.js';
import { en, nothing, zh, type Text } from './text.js';
import type { Evidence } from './verdict.js';

/** `; 35 ms later 312 MiB of 16 GiB of memory was available, and 0 bytes of 2 GiB of swap were free`; nothing where nobody looked. */
export function memoryClause(signal: SignalFacts | null): Text {
  const state = signal?.memoryState ?? null;
  if (signal === null || state === null || state.available === null || state.total === null) return nothing;
  const later = duration(state.at - signal.at);
  const [available, total] = [bytes(state.available), bytes(state.total)];
  const swap = swapClause(state);
  const stalled = stalledClause(state.stalled);
  return {
    en: en`; ${later} later ${available} of ${total} of memory was available${swap}${stalled}`,
    zh: zh`；${later}后可用内存为${available}（共${total}）${swap}${stalled}`,
  };
}

export function memoryEvidence(signal: SignalFacts | null): readonly Evidence[] {
  const state = signal?.memoryState ?? null;
  if (signal === null || state === null) return [];
  const when = `The agent looked at the memory ${duration(state.at - signal.at).en} after ${signalName(signal.signal)}`;
  const texts = [
    `${when}: ${amounts(state)}.`,
    state.stalled === null
      ? 'The kernel tells no pressure on memory (PSI) here.'
      : `Pressure on memory (PSI) on the host: ${shares(state.stalled)}.`,
    ...cgroupTexts(state.cgroup),
  ];
  return texts.map((text) => ({ kind: 'memory', at: state.at, text }));
}

function swapClause({ swapTotal, swapFree }: MemoryFacts): Text {
  if (swapTotal === null || swapFree === null) return nothing;
  if (swapTotal === 0) return { en: ', and there is no swap', zh: '，没有交换空间' };
  const [free, total] = [bytes(swapFree), bytes(swapTotal)];
  return { en: en`, ${free} of ${total} of swap free`, zh: zh`，空闲交换空间为${free}（共${total}）` };
}

/** Pressure that is none says nothing. */
function stalledClause(stalled: StalledFacts | null): Text {
  if (stalled === null || stalled.some === 0) return nothing;
  return {
    en: en`; for ${stalled.some} % of the last 10 s something had waited for memory (PSI)`,
    zh: zh`；最近 10 秒内有 ${stalled.some}% 的时间有任务在等待内存（PSI）`,
  };
}

function amounts({ available, total, swapFree, swapTotal }: MemoryFacts): string {
  return [
    `${amount(available)} of ${amount(total)} of memory available`,
    swapTotal === 0 ? 'no swap' : `${amount(swapFree)} of ${amount(swapTotal)} of swap free`,
  ].join(', ');
}

function amount(value: number | null): string {
  return value === null ? 'an unknown amount' : bytes(value).en;
}

function shares({ some, full }: StalledFacts): string {
  const all = full === null ? '' : `, everything for ${full} %`;
  return `something waited for memory for ${some} % of the last 10 s${all}`;
}

function cgroupTexts(cgroup: MemoryFacts['cgroup']): readonly string[] {
  if (cgroup === null) return [];
  const limit =
    cgroup.limit === null ? ', which has no limit of its own' : ` of its limit of ${bytes(cgroup.limit).en}`;
  const stalled = cgroup.stalled === null ? '' : `; in it, ${shares(cgroup.stalled)}`;
  return [`Its cgroup ${plainOrQuoted(cgroup.path, 255)} used ${bytes(cgroup.usage).en}${limit}${stalled}.`];
}
