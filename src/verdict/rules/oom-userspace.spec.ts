import { describe, expect, it } from 'vitest';
import { certainty } from '../confidence.js';
import { death, diedAt, guard, memoryState, process, sent } from '../example.js';
import { oomUserspace } from './oom-userspace.js';

const earlyoom = process({ pid: 812, comm: 'earlyoom', args: ['earlyoom', '-m', '10'], uid: null, userName: null });

describe('oom-userspace', () => {
  it('names_the_daemon_and_what_it_was_told', () => {
    const finding = oomUserspace.decide(death({ signal: 15, signals: [sent(15, earlyoom, { msBefore: 40 })] }));
    expect(finding).toMatchObject({
      cause: 'OOM_USERSPACE',
      actor: { kind: 'PROCESS', process: earlyoom.ref },
      confidence: certainty.knownByName,
      summary: {
        en:
          'To free memory before the kernel had to, earlyoom (pid 812, "earlyoom -m 10") stopped worker (pid 4711) with ' +
          'SIGTERM; it took 40 ms',
      },
    });
  });

  it('is_surer_when_its_unit_says_the_same', () => {
    const oomd = { ...earlyoom, comm: 'systemd-oomd', unit: 'systemd-oomd.service' };
    expect(oomUserspace.decide(death({ signal: 9, signals: [sent(9, oomd)] }))?.confidence).toBe(0.99);
  });

  it('tells_how_much_memory_there_was_and_how_much_later_that_was_looked_up', () => {
    const cgroup = { path: '/box', usage: 500 * 2 ** 20, limit: 512 * 2 ** 20, stalled: { some: 80, full: 60.5 } };
    const term = sent(15, earlyoom, { msBefore: 40, memoryState: memoryState({ at: diedAt, cgroup }) });
    const kill = sent(9, earlyoom, { memoryState: memoryState() });
    const finding = oomUserspace.decide(death({ signal: 9, signals: [term, kill] }));
    expect(finding?.summary.en).toMatch(
      /; 40 ms later 312 MiB of 16 GiB of memory was available, 0 bytes of 2 GiB of swap free; for 41\.2 % of the last 10 s /,
    );
    expect(finding?.evidence.filter(({ kind }) => kind === 'memory').map(({ text }) => text)).toEqual([
      'The agent looked at the memory 40 ms after SIGTERM: 312 MiB of 16 GiB of memory available, 0 bytes of 2 GiB of swap free.',
      'Pressure on memory (PSI) on the host: something waited for memory for 41.2 % of the last 10 s, everything for 12.5 %.',
      'Its cgroup /box used 500 MiB of its limit of 512 MiB; in it, something waited for memory for 80 % of the last 10 s, everything for 60.5 %.',
    ]);
  });

  it('says_what_of_it_is_not_known', () => {
    const bare = memoryState({ available: null, swapTotal: 0, stalled: null });
    const finding = oomUserspace.decide(death({ signal: 15, signals: [sent(15, earlyoom, { memoryState: bare })] }));
    expect(finding?.summary.en).not.toContain('later');
    expect(finding?.evidence.filter(({ kind }) => kind === 'memory').map(({ text }) => text)).toEqual([
      'The agent looked at the memory 35 ms after SIGTERM: an unknown amount of 16 GiB of memory available, no swap.',
      'The kernel tells no pressure on memory (PSI) here.',
    ]);
  });

  it('leaves_others_alone', () => {
    expect(oomUserspace.decide(death({ signal: 9, signals: [sent(9, guard)] }))).toBeNull();
    expect(oomUserspace.decide(death({ code: 0 }))).toBeNull();
  });
});
