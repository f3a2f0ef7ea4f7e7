/** `whoKilled`: the latest death of a pid, or a reason why there is none. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import { DeathStore } from '../store/death.store.js';
import { HostStore } from '../store/host.store.js';
import { ProcessStore } from '../store/process.store.js';
import type { DeathRow, HostRow, ProcessRow } from '../store/rows.js';

/**
 * Somebody who asks right after a kill is faster than the agent's next batch: for a pid without a death the answer
 * waits this long for one to arrive. Only questions about the present wait.
 */
const arrivalMsMax = 1_000;
const arrivalPollMs = 50;

@Injectable()
export class WhoKilledService {
  constructor(
    private readonly hosts: HostStore,
    private readonly deaths: DeathStore,
    private readonly processes: ProcessStore,
  ) {}

  /** @throws Failure `history/unknown-host`, `history/no-such-process`, `history/still-alive`, `history/end-not-seen`. */
  async find(hostName: string, pid: number, at: Date | null): Promise<DeathRow> {
    const host = await this.hosts.byName(hostName);
    if (!host) throw unknownHost(hostName);
    const deadline = Date.now() + (at === null ? arrivalMsMax : 0);
    for (;;) {
      const [death, life] = await Promise.all([
        this.deaths.ofPid(host.id, pid, at),
        this.processes.lifeOfPid(host.id, pid, at),
      ]);
      if (Date.now() >= deadline || isLatest(death, life)) return death ?? refuse(host, pid, life, at);
      await sleep(arrivalPollMs);
    }
  }
}

/** Not while a later life of the pid goes on: its end may be on the way. */
function isLatest(death: DeathRow | null, life: ProcessRow | null): boolean {
  return death !== null && (life === null || life.ended_at !== null || life.boot < death.boot);
}

export function unknownHost(name: string): Failure {
  return new Failure({
    code: 'history/unknown-host',
    status: 404,
    detail: `No host named ${JSON.stringify(name)} has enrolled. Ask { hosts { nodes { name } } } for those that have.`,
  });
}

function refuse(host: HostRow, pid: number, life: ProcessRow | null, at: Date | null): never {
  if (!life) {
    const detail = `No process ${pid} has been recorded on ${host.name}: it never lived while an agent watched there.`;
    throw new Failure({ code: 'history/no-such-process', status: 404, detail });
  }
  if (life.ended_at && at && at < life.ended_at) {
    const detail = `Process ${pid} on ${host.name} was alive at ${at.toISOString()}; it ended by ${life.ended_at.toISOString()}. Ask with a later \`at\`, or without.`;
    throw new Failure({ code: 'history/still-alive', status: 404, detail });
  }
  if (life.ended_at) {
    const detail = `Process ${pid} on ${host.name} ended by ${life.ended_at.toISOString()} while no agent watched: nobody saw who did it.`;
    throw new Failure({ code: 'history/end-not-seen', status: 404, detail });
  }
  const heard = host.last_seen_at ? ` (its agent was last heard at ${host.last_seen_at.toISOString()})` : '';
  const detail = `Process ${pid} on ${host.name} is alive as far as is known${heard}: no death has been recorded.`;
  throw new Failure({ code: 'history/still-alive', status: 404, detail });
}
