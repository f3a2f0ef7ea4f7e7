/** How a stop went, in words: who sent what, how the process took it, how long it lasted. */
import { processInPlace } from './describe.js';
import { duration } from './duration.js';
import { endingOf } from './ending.js';
import type { DeathFacts, SignalFacts } from './facts.js';
import { signalName, signals } from './signal-names.js';
import { isIgnored, type Stop } from './stop.js';
import { en, nothing, same, zh, type Text } from './text.js';

export const itsGrace: Text = { en: 'its grace', zh: '宽限期' };

/** `systemd stopped redis-server (pid 4711) of redis-server.service with SIGTERM; it took 120 ms`. `grace`: what ran out. */
export function stopSentence(by: Text, stop: Stop, facts: DeathFacts, grace: Text): Text {
  const victim = processInPlace(facts.victim);
  const asked = signalName(stop.asked.signal);
  const took = duration(facts.at - stop.asked.at);
  const stopped: Text = { en: en`${by} stopped ${victim} with ${asked}`, zh: zh`${by}用 ${asked} 停止了${victim}` };
  switch (stop.how) {
    case 'exited':
      return exitAfter(stopped, stop.asked, statusOf(facts), took);
    case 'raised':
      return {
        en: en`${stopped}; it caught that, and ended itself with it after ${took}`,
        zh: zh`${stopped}；它捕获了该信号，${took}后用同一信号终止了自己`,
      };
    case 'escalated':
      return escalation(by, stop, victim, grace);
    case 'signaled':
      if (stop.asked.signal === signals.SIGKILL)
        return {
          en: en`${by} killed ${victim} with SIGKILL at once: no stop signal had come before, and no cleanup was possible`,
          zh: zh`${by}直接用 SIGKILL 杀死了${victim}：此前没有发送停止信号，来不及清理`,
        };
      return { en: en`${stopped}; it took ${took}`, zh: zh`${stopped}，耗时${took}` };
  }
}

function exitAfter(stopped: Text, asked: SignalFacts, status: Text, took: Text): Text {
  const caught =
    asked.disposition === 'caught' ? { en: ' caught that and', zh: '捕获了该信号，' } : { en: '', zh: '在' };
  return {
    en: en`${stopped}; it${caught} exited with status ${status} after ${took}`,
    zh: zh`${stopped}；它${caught}${took}后退出，退出码${status}`,
  };
}

function escalation(by: Text, { asked, deadly }: Stop, victim: Text, grace: Text): Text {
  const [first, last] = [signalName(asked.signal), signalName((deadly ?? asked).signal)];
  const span = duration((deadly ?? asked).at - asked.at);
  const took = reaction(asked);
  return {
    en: en`${by} killed ${victim} with ${last}, because it had not ended ${span} after ${first} (${grace} ran out)${took}`,
    zh: zh`${by}用 ${last} 杀死了${victim}，因为它收到 ${first} ${span}后仍未结束（已超过${grace}）${took}`,
  };
}

function reaction(asked: SignalFacts): Text {
  const name = signalName(asked.signal);
  if (asked.disposition === 'caught') return { en: '; it had caught that', zh: `；它捕获了 ${name}` };
  if (asked.disposition === 'ignored') return { en: '; it had ignored that', zh: `；它忽略了 ${name}` };
  if (!isIgnored(asked)) return nothing;
  return {
    en: '; it had no handler for that, and the first process of a container needs one',
    zh: `；它没有处理 ${name}，而容器的首个进程必须自行处理`,
  };
}

function statusOf(facts: DeathFacts): Text {
  const ending = endingOf(facts);
  return ending.how === 'exited' ? same(String(ending.code)) : { en: 'unknown', zh: '未知' };
}
