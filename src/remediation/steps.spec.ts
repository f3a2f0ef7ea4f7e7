import { describe, expect, it } from 'vitest';
import type { Report } from '../contract/index.js';
import type { CommandRow, WholeJob } from '../store/job.rows.js';
import { reports } from './steps.js';

const at = new Date('2026-11-20T08:00:00Z');
const hosts = ['a', 'b', 'c'] as const;

/** Three hosts of one wave, all of them sent to. */
function sent(): WholeJob {
  const plan = { targets: hosts.map((host) => ({ host, wave: 0 })), failuresMax: 1 };
  const commands = hosts.map((host) => ({ id: `of-${host}`, machine_id: host, state: 'SENT', ended_at: null }));
  const job = { id: 'job', state: 'SENT', plan: JSON.stringify(plan), ended_at: null };
  return { job, commands, approvals: [] } as unknown as WholeJob;
}

const told = (host: string, state: Report['state']) => {
  const report = { command: `of-${host}`, state, detail: state, actors: [], steps: [], at: '5' } as unknown as Report;
  return { report, boot: null };
};

describe('reports of one job that come together', () => {
  it('are_what_they_would_be_one_after_another', () => {
    const change = reports(
      sent(),
      [told('a', 'ACCEPTED'), told('a', 'SUCCEEDED'), told('b', 'SUCCEEDED'), told('c', 'SUCCEEDED')],
      at,
    );
    expect(change?.job).toMatchObject({ state: 'SUCCEEDED', ended_at: at });
    expect(change?.commands?.map(({ state }: CommandRow) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(change?.events.map(({ kind }) => kind)).toEqual(['accepted', 'succeeded', 'succeeded', 'succeeded']);
  });

  it('say_nothing_twice_and_nothing_that_is_known', () => {
    const change = reports(sent(), [told('a', 'FAILED'), told('a', 'FAILED'), told('a', 'SUCCEEDED')], at);
    expect(change?.events.map(({ kind }) => kind)).toEqual(['failed']);
    const over = { ...sent(), commands: sent().commands.map((command) => ({ ...command, state: 'FAILED' as const })) };
    expect(reports(over, [told('a', 'ACCEPTED')], at)).toBeNull();
  });
});
