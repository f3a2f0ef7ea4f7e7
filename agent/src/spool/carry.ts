/**
 * What dropped events said and the rest still needs: descriptions of processes, since every process that an event refers
 * to is described before it; losses, added up; what earlier runs had read. Kept in memory: a restart of the agent
 * forgets it.
 */
import type { KnownEvent, LedgerEvent, LossEvent, ProcessEvent, ProcessRef } from '../contract.js';
import { agentLimits } from '../limits.js';

const keyOf = ({ pid, start }: ProcessRef) => `${pid}:${start}`;

export class Carry {
  readonly #lives = new Map<string, ProcessEvent>();
  readonly #ended = new Set<string>();
  readonly #losses = new Map<string, LossEvent>();
  readonly #marks = new Map<string, LedgerEvent>();
  readonly #run: string;
  readonly #endedMax: number;

  constructor(run: string, endedMax: number = agentLimits.endedLivesMax) {
    this.#run = run;
    this.#endedMax = endedMax;
  }

  /** Takes note of events that are about to be dropped. */
  add(lines: readonly string[]): void {
    for (const line of lines) {
      const event = JSON.parse(line) as KnownEvent;
      if (event.kind === 'process') this.#lives.set(keyOf(event), event);
      if (event.kind === 'exit') this.#ended.add(keyOf(event));
      if (event.kind === 'loss') this.#losses.set(event.cause, sum(this.#losses.get(event.cause), event));
      // The run's own are repeated by later ones, and told behind the loss they would contradict it.
      if (event.kind === 'ledger' && event.run !== this.#run) this.#marks.set(event.run, event);
    }
    this.#forget();
  }

  /** In an order in which no parent comes after its child. */
  take(): readonly string[] {
    const lines = [...this.#losses.values(), ...this.#marks.values()].map((event) => JSON.stringify(event));
    const said = new Set<string>();
    const say = (key: string): void => {
      const event = this.#lives.get(key);
      if (event === undefined || said.has(key)) return;
      said.add(key);
      if (event.parent) say(keyOf(event.parent));
      lines.push(JSON.stringify(event));
    };
    for (const key of this.#lives.keys()) say(key);
    this.#lives.clear();
    this.#ended.clear();
    this.#losses.clear();
    this.#marks.clear();
    return lines;
  }

  /**
   * Lives that ended are forgotten once no event refers to them any longer, unless one that is kept names them as its
   * parent. Counted signals, OOM reports and zombies' episodes are told after the end.
   */
  #forget(): void {
    const gone = new Set([...this.#ended].slice(0, -this.#endedMax));
    const needed = new Set<string>();
    const need = (key: string): void => {
      if (needed.has(key)) return;
      needed.add(key);
      const parent = this.#lives.get(key)?.parent;
      if (parent) need(keyOf(parent));
    };
    for (const key of this.#lives.keys()) if (!gone.has(key)) need(key);
    for (const key of this.#lives.keys()) if (!needed.has(key)) this.#lives.delete(key);
    for (const key of this.#ended) if (!this.#lives.has(key)) this.#ended.delete(key);
  }
}

/** Of one cause. What is not known of one is not known of both. */
function sum(former: LossEvent | undefined, { cgroup: _cgroup, ...loss }: LossEvent): LossEvent {
  if (former === undefined) return loss;
  const { count: counted, ...rest } = loss;
  const count = former.count === undefined || counted === undefined ? undefined : former.count + counted;
  return { ...rest, since: former.since, ...(count !== undefined && { count }) };
}
