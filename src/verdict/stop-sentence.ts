/** How a stop went, in words: who sent what, how the process took it, how long it lasted. */
import { processInPlace } from './describe.js';
import { duration } from './duration.js';
import { endingOf } from './ending.js';
import type { DeathFacts, SignalFacts } from './facts.js';
import { signalName, signals } from './signal-names.js';
import { isIgnored, type Stop } from './stop.js';

/** `systemd stopped redis-server (pid 4711) of redis-server.service with SIGTERM; it took 120 ms`. `grace`: what ran out. */
export function stopSentence(by: string, stop: Stop, facts: DeathFacts, grace: string): string {
  const victim = processInPlace(facts.victim);
  const asked = signalName(stop.asked.signal);
  const took = duration(facts.at - stop.asked.at);
  switch (stop.how) {
    case 'exited':
      return `${by} stopped ${victim} with ${asked}; it${caught(stop.asked)} exited with status ${statusOf(facts)} after ${took}`;
    case 'raised':
      return `${by} stopped ${victim} with ${asked}; it caught that, and ended itself with it after ${took}`;
    case 'escalated':
      return `${by} killed ${victim} with ${signalName(stop.deadly!.signal)}, because it had not ended ${spanOf(stop)} after ${asked} (${grace} ran out)${reaction(stop.asked)}`;
    case 'signaled':
      if (stop.asked.signal === signals.SIGKILL)
        return `${by} killed ${victim} with SIGKILL at once: no stop signal had come before, and no cleanup was possible`;
      return `${by} stopped ${victim} with ${asked}; it took ${took}`;
  }
}

function spanOf({ asked, deadly }: Stop): string {
  return duration((deadly ?? asked).at - asked.at);
}

function caught(asked: SignalFacts): string {
  return asked.disposition === 'caught' ? ' caught that and' : '';
}

function reaction(asked: SignalFacts): string {
  if (asked.disposition === 'caught') return '; it had caught that';
  if (asked.disposition === 'ignored') return '; it had ignored that';
  return isIgnored(asked) ? '; it had no handler for that, and the first process of a container needs one' : '';
}

function statusOf(facts: DeathFacts): string {
  const ending = endingOf(facts);
  return ending.how === 'exited' ? String(ending.code) : 'unknown';
}
