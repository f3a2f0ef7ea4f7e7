/** A load that knows by itself whom it killed, and what the database and the ledger say of that. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Sql } from 'postgres';

export interface Kill {
  readonly pid: number;
  /** Of the kernel's clock ticks: 10 ms since boot. */
  readonly startTicks: string;
  /** Boot-clock nanoseconds just before the kill. */
  readonly at: bigint;
}

export interface Load {
  /** Everything that it killed. */
  stop(): Promise<readonly Kill[]>;
}

/** `program`: steady-kills, compiled. */
export function startLoad(program: string, killsPerSecond: number): Load {
  const child = spawn(program, [String(killsPerSecond)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  return {
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      if (code !== 0) throw new Error(`steady-kills ended with ${code}`);
      return text.trim().split('\n').map(parseKill);
    },
  };
}

function parseKill(line: string): Kill {
  const [pid = '', startTicks = '', at = ''] = line.split(' ');
  return { pid: Number(pid), startTicks, at: BigInt(at) };
}

export interface Comparison {
  readonly killed: number;
  readonly stored: number;
  readonly twice: number;
  /** Not stored, but within the time of a loss that the agent told. */
  readonly counted: number;
  /** Neither: what must not be. */
  readonly vanished: number;
}

export async function compare(sql: Sql, kills: readonly Kill[]): Promise<Comparison> {
  const deaths = await sql<{ id: string; times: number }[]>`
    select pid || ' ' || start_ns / 10000000 as id, count(*)::int as times from deaths where signal = 9 group by 1`;
  const losses = await sql<
    { since: string; until: string }[]
  >`select since_ns::text as since, until_ns::text as until from losses`;
  const times = new Map(deaths.map((death) => [death.id, death.times]));
  const timesOf = ({ pid, startTicks }: Kill) => times.get(`${pid} ${startTicks}`) ?? 0;
  const missing = kills.filter((kill) => timesOf(kill) === 0);
  // The death follows the kill within moments.
  const slack = 100_000_000n;
  const isCounted = ({ at }: Kill) =>
    losses.some(({ since, until }) => BigInt(since) - slack <= at && at <= BigInt(until) + slack);
  const counted = missing.filter(isCounted).length;
  return {
    killed: kills.length,
    stored: kills.filter((kill) => timesOf(kill) === 1).length,
    twice: kills.filter((kill) => timesOf(kill) > 1).length,
    counted,
    vanished: missing.length - counted,
  };
}
