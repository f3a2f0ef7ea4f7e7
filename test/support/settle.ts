/** Brings a troubled agent's story to its end: everything delivered, and the ledger told. */
import type { ChildProcess } from 'node:child_process';
import postgres from 'postgres';
import { ledgerOf, type Ledger } from './ledger.js';
import { agentReady, stop, type System } from './system.js';
import { compare, type Comparison, type Kill } from './truth.js';

/** Stops it, and if that could not deliver everything lets others come until one has. */
export async function settle(system: System, agent: ChildProcess): Promise<void> {
  let last = agent;
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const before = (await system.agentLog()).length;
    const killed = last.exitCode !== null || last.signalCode !== null;
    await stop(last, 'SIGTERM');
    if (!killed && !(await system.agentLog()).slice(before).includes('does not have')) return;
    last = system.spawnAgent();
    await agentReady(last, system.agentLog);
  }
  throw new Error('the spool is never empty');
}

export interface Account {
  readonly result: Comparison;
  readonly ledger: Ledger;
  /** Runs of agents, and those whose end somebody vouched for. */
  readonly runs: number;
  readonly vouched: number;
}

export async function accountOf(system: System, kills: readonly Kill[]): Promise<Account> {
  const sql = postgres(system.databaseUrl, { max: 1 });
  try {
    const result = await compare(sql, kills);
    const [row] = await sql<{ runs: number; vouched: number }[]>`
      select count(distinct run)::int as runs, count(distinct run) filter (where as_of is not null)::int as vouched
      from ledger_streams`;
    return { result, ledger: await ledgerOf(system), ...row! };
  } finally {
    await sql.end();
  }
}
