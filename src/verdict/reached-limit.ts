/** Limits of setrlimit(2) in words: what they limit, their values, and where they are set. */
import { processName } from './describe.js';
import { bytes } from './bytes.js';
import { duration } from './duration.js';
import type { DeathFacts, LimitFacts, SignalFacts } from './facts.js';
import { en, nothing, zh, type Text } from './text.js';
import type { Evidence } from './verdict.js';

/** `its soft limit of 5 s of CPU time (RLIMIT_CPU; hard limit: 10 s; ulimit -t or LimitCPU= sets it)` */
export function reachedLimitName(limit: LimitFacts, which: 'soft' | 'hard'): Text | null {
  const value = limit[which];
  if (value === null) return null;
  const { amount, what, name, setBy } = resources[limit.resource];
  const other = which === 'hard' ? nothing : hardLimit(limit.hard === null ? null : amount(limit.hard));
  return {
    en: en`its ${which} limit of ${amount(value)} of ${what} (${name}${other}; ${setBy} sets it)`,
    zh: zh`${what}的${which === 'soft' ? soft : hard}${amount(value)}（${name}${other}；由 ${setBy}设置）`,
  };
}

/** The exact figures. */
export function limitEvidence(signal: SignalFacts, { victim }: DeathFacts): readonly Evidence[] {
  const limit = signal.reachedLimit;
  if (limit === null) return [];
  const { exact, name } = resources[limit.resource];
  const value = (one: number | null) => (one === null ? 'unlimited' : exact(one).en);
  const values = `${value(limit.soft)} (soft) and ${value(limit.hard)} (hard)`;
  const used = limit.cpuTime === null ? '' : `; its threads had run ${duration(limit.cpuTime).en}`;
  const text = `${name} of ${processName(victim).en} was ${values} at that instant${used}.`;
  return [{ kind: 'limit', at: signal.at, text }];
}

interface Resource {
  readonly name: string;
  readonly what: Text;
  readonly setBy: Text;
  readonly amount: (value: number) => Text;
  readonly exact: (value: number) => Text;
}

const soft: Text = { en: 'soft', zh: '软限制' };
const hard: Text = { en: 'hard', zh: '硬限制' };

const seconds = (value: number): Text => ({ en: `${value} s`, zh: `${value} 秒` });
const either = (one: string, other: string): Text => ({ en: `${one} or ${other}`, zh: `${one} 或 ${other}` });
const exactBytes = (value: number): Text => ({ en: `${value} bytes`, zh: `${value} 字节` });

const resources: Readonly<Record<LimitFacts['resource'], Resource>> = {
  cpu: {
    name: 'RLIMIT_CPU',
    what: { en: 'CPU time', zh: 'CPU 时间' },
    setBy: either('ulimit -t', 'LimitCPU='),
    amount: seconds,
    exact: seconds,
  },
  'file-size': {
    name: 'RLIMIT_FSIZE',
    what: { en: 'file size', zh: '文件大小' },
    setBy: either('ulimit -f', 'LimitFSIZE='),
    amount: bytes,
    exact: exactBytes,
  },
  'real-time': {
    name: 'RLIMIT_RTTIME',
    what: { en: 'CPU time of a real-time task without a blocking call', zh: '实时任务连续占用 CPU 时间' },
    setBy: either('ulimit -R', 'LimitRTTIME='),
    amount: (value) => duration(BigInt(value) * 1000n),
    exact: (value) => ({ en: `${value} µs`, zh: `${value} 微秒` }),
  },
};

function hardLimit(value: Text | null): Text {
  if (value === null) return { en: '; no hard limit', zh: '；无硬限制' };
  return { en: en`; hard limit: ${value}`, zh: zh`；硬限制为${value}` };
}
