/**
 * What the next agent has to know when a tracing instance outlives this one: who lives under which number, and how far
 * the trace was told.
 *
 * The file `trace-lives` of the state directory: lines of JSON, the first a head, then one for each change.
 *   {"version":1,"boot":ID}
 *   {"began":[{"who":WHO,"others":[TID…]}…],"ended":[PID…]}     before the events of the turn are spooled
 *   {"instance":ID,"read":N,"at":NS}      afterwards: N events of the instance are told
 * Of one pid the last counts; bigint as decimal text. A line that is torn, and all behind it, does not count. The file is written anew, whole, when
 * it has grown. Failing to write it costs the next agent identities, and nothing now: it is tried again with the next turn.
 */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Who } from '../kernel/record.js';
import { agentLimits } from '../limits.js';
import type { KeptLife } from '../track/trace/lives.js';

export interface KeptTrace {
  readonly lives: readonly KeptLife[];
  readonly instance: string | undefined;
  readonly read: number;
  readonly at: bigint;
}

const version = 1;
const nothing: KeptTrace = { lives: [], instance: undefined, read: 0, at: 0n };

export class LivesFile {
  readonly #path: string;
  readonly #head: string;
  #bytes = Infinity;

  constructor(stateDir: string, bootId: string) {
    this.#path = join(stateDir, 'trace-lives');
    this.#head = JSON.stringify({ version, boot: bootId });
  }

  /** Nothing where there is no file of this boot. */
  load(): KeptTrace {
    try {
      return parseLives(readFileSync(this.#path, 'utf8'), this.#head);
    } catch {
      return nothing;
    }
  }

  /** False: it must be given everybody, by rewrite(). */
  append(change: object): boolean {
    const line = `${stringify(change)}\n`;
    if (this.#bytes + line.length > agentLimits.traceLivesBytesMax) return false;
    try {
      appendFileSync(this.#path, line, { mode: 0o600 });
      this.#bytes += line.length;
    } catch {
      this.#bytes = Infinity;
    }
    return true;
  }

  rewrite(lives: readonly KeptLife[], told: object): void {
    const text = [this.#head, stringify({ began: lives, ended: [] }), stringify(told), ''].join('\n');
    try {
      writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
      // A host with many processes would otherwise write it anew each time.
      this.#bytes = Math.min(text.length, agentLimits.traceLivesBytesMax / 2);
    } catch {
      this.#bytes = Infinity;
    }
  }
}

export function parseLives(text: string, head: string): KeptTrace {
  const [first, ...lines] = text.split('\n').slice(0, -1);
  if (first !== head) return nothing;
  const lives = new Map<number, KeptLife>();
  let told: Omit<KeptTrace, 'lives'> = nothing;
  for (const line of lines) {
    const change = parseChange(line);
    if (change === undefined) break;
    for (const pid of change.ended ?? []) lives.delete(pid);
    for (const { who, others } of change.began ?? []) lives.set(who.pid, { who: reviveWho(who), others });
    if (change.instance !== undefined && change.read !== undefined && change.at !== undefined)
      told = { instance: change.instance, read: change.read, at: BigInt(change.at) };
  }
  return { ...told, lives: [...lives.values()] };
}

type StoredWho = Omit<Who, 'start' | 'parentStart'> & { readonly start: string; readonly parentStart: string };

interface Change {
  readonly began?: readonly { readonly who: StoredWho; readonly others: readonly number[] }[];
  readonly ended?: readonly number[];
  readonly instance?: string;
  readonly read?: number;
  readonly at?: string;
}

function parseChange(line: string): Change | undefined {
  try {
    return JSON.parse(line) as Change;
  } catch {
    return undefined;
  }
}

/** JSON leaves out what is undefined. */
function reviveWho({ start, parentStart, ...rest }: StoredWho): Who {
  const absent = {
    uid: undefined,
    euid: undefined,
    loginUid: undefined,
    session: undefined,
    tty: undefined,
    cgroup: undefined,
  };
  return { ...absent, ...rest, start: BigInt(start), parentStart: BigInt(parentStart) };
}

function stringify(value: object): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one));
}
