import { describe, expect, it } from 'vitest';
import { OomAssembler } from '../kernel/log/oom-report.js';
import type { LogFinding } from '../kernel/log/finding.js';
import { KnownEvent, type ProcessRef } from '../../../src/contract/index.js';
import { lastToldSequence } from '../watch-kernel-log.js';
import { LogEvents } from './log-events.js';
import { OomBalance } from './oom-balance.js';

const second = 1_000_000_000n;

function telling(known: Readonly<Record<string, ProcessRef>> = {}) {
  const events: KnownEvent[] = [];
  const asked: bigint[] = [];
  const lives = {
    mentionAt: (pid: number, comm: string, at: bigint) => {
      asked.push(at);
      return known[`${pid} ${comm}`];
    },
    nameOfUser: (uid: number) => (uid === 0 ? 'root' : undefined),
  };
  return { events, asked, log: new LogEvents(lives, (event) => events.push(KnownEvent.parse(event))) };
}

function oom(sequence: number, at: bigint, unwatched: boolean, lines: readonly string[]): LogFinding {
  const assembler = new OomAssembler();
  for (const text of lines) assembler.add({ text });
  const report = assembler.end();
  if (report === undefined) throw new Error('no report');
  return { kind: 'oom', at, sequence, unwatched, report };
}

const killed = (pid: number) => [
  'a invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0',
  `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/system.slice,task_memcg=/system.slice/redis.service,task=x,pid=${pid},uid=0`,
  `Memory cgroup out of memory: Killed process ${pid} (x) total-vm:1kB, anon-rss:1kB, file-rss:1kB, shmem-rss:0kB, UID:0 pgtables:1kB oom_score_adj:0`,
];

describe('LogEvents', () => {
  it('tells_a_death_that_only_the_log_knows_before_its_report', () => {
    const { events, log } = telling();
    log.tell(oom(9, 5n * second, true, killed(7)));
    const ref = { pid: 7, start: '5000000000' };
    expect(events).toMatchObject([
      { kind: 'process', ...ref, origin: 'kernel-log', comm: 'x', unit: 'redis.service', user: { name: 'root' } },
      { kind: 'exit', ...ref, signal: 9, reconstructed: true },
      { kind: 'oom_report', sequence: 9, reconstructed: true, victims: [{ pid: 7, process: ref }] },
    ]);
  });

  it('tells_one_death_once_though_two_reports_name_it', () => {
    const { events, log } = telling();
    log.tell(oom(9, 5n * second, true, killed(7)));
    log.tell(oom(20, 6n * second, true, killed(7)));
    log.tell(oom(30, 600n * second, true, killed(7)));
    const exits = events.filter(({ kind }) => kind === 'exit');
    expect(exits.map(({ at }) => at)).toEqual(['5000000000', '600000000000']);
  });

  it('makes_up_nobody_while_it_watches', () => {
    const { events, log } = telling();
    log.tell(oom(9, 5n * second, false, killed(7)));
    expect(events.map(({ kind }) => kind)).toEqual(['oom_report']);
    expect(events[0]).not.toHaveProperty('reconstructed');
  });

  it('names_whom_it_knows', () => {
    const ref = { pid: 7, start: '1' };
    const { events, log } = telling({ '7 x': ref });
    log.tell(oom(9, 5n * second, true, killed(7)));
    expect(events).toMatchObject([{ kind: 'oom_report', victims: [{ process: ref }] }]);
  });

  it('looks_for_a_victim_that_lived_when_the_line_was_written', () => {
    const { asked, log } = telling();
    log.tell(oom(9, 5n * second, true, killed(7)));
    expect(asked).toEqual([5n * second]);
  });

  it('tells_a_hung_task_as_alive', () => {
    const { events, log } = telling();
    const fault = { topic: 'hung-task', pid: 7, comm: 'x' } as const;
    log.tell({ kind: 'fault', at: second, sequence: 3, unwatched: true, fault, text: 'INFO: task x:7 blocked' });
    expect(events).toMatchObject([{ kind: 'kernel_log', topic: 'hung-task', sequence: 3, pid: 7 }]);
  });
});

describe('lastToldSequence', () => {
  it('finds_how_far_the_log_was_told_among_events_as_the_spool_has_them', () => {
    const { events, log } = telling();
    log.tell(oom(9, 5n * second, true, killed(7)));
    log.tell(oom(12, 6n * second, false, killed(8)));
    expect(lastToldSequence(events.map((event) => JSON.stringify(event)))).toBe(12);
    expect(lastToldSequence([])).toBe(-1);
  });
});

describe('OomBalance', () => {
  const none = () => undefined;

  it('is_even_while_every_kill_has_its_report', () => {
    const balance = new OomBalance(undefined);
    balance.begin(4);
    balance.told(2, undefined);
    expect(balance.check(6, none)).toEqual([]);
    expect(balance.check(6, none)).toEqual([]);
    expect(balance.accounted).toBe(6);
  });

  it('waits_for_a_report_that_is_still_on_its_way', () => {
    const balance = new OomBalance(4);
    expect(balance.check(5, none)).toEqual([]);
    balance.told(1, undefined);
    expect(balance.check(5, none)).toEqual([]);
    expect(balance.check(5, none)).toEqual([]);
  });

  it('counts_once_what_no_report_tells_and_says_where', () => {
    const counts = new Map([
      ['/a', 3],
      ['/b', 0],
    ]);
    const ofCgroup = (path: string) => ({ path, kills: counts.get(path) ?? 0 });
    const balance = new OomBalance(undefined);
    balance.begin(10);
    balance.look(['/a', '/b'], ofCgroup, 16);
    counts.set('/a', 6);
    balance.told(1, '/a');
    expect(balance.check(14, ofCgroup)).toEqual([]);
    expect(balance.check(14, ofCgroup)).toEqual([{ count: 2, cgroup: '/a' }, { count: 1 }]);
    expect(balance.check(14, ofCgroup)).toEqual([]);
    expect(balance.check(14, ofCgroup)).toEqual([]);
  });

  it('goes_on_where_an_earlier_agent_stopped', () => {
    const balance = new OomBalance(4);
    balance.begin(7);
    expect(balance.check(7, none)).toEqual([]);
    expect(balance.check(7, none)).toEqual([{ count: 3 }]);
  });

  it('says_nothing_where_the_kernel_does_not_count', () => {
    const balance = new OomBalance(undefined);
    balance.begin(undefined);
    expect(balance.check(undefined, none)).toEqual([]);
  });
});
