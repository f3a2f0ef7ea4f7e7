import { describe, expect, it } from 'vitest';
import { certainty } from '../confidence.js';
import { death, guard, process, sent } from '../example.js';
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

  it('leaves_others_alone', () => {
    expect(oomUserspace.decide(death({ signal: 9, signals: [sent(9, guard)] }))).toBeNull();
    expect(oomUserspace.decide(death({ code: 0 }))).toBeNull();
  });
});
