import { describe, expect, it } from 'vitest';
import { causes, unknownProcess } from '../verdict/index.js';
import { remediesOfDeath } from './of-death.js';

const unit = 'redis-server.service';

describe('remediesOfDeath', () => {
  it.each([
    ['SIGNALED', true, 'A restart of redis-server.service brings it back.'],
    ['CRASHED', true, 'A restart of redis-server.service brings it back, but does not mend what ended it.'],
    [
      'OOM_CGROUP',
      true,
      'A restart of redis-server.service brings it back, and it will meet the same limit: raise MemoryMax= or find what needs the memory.',
    ],
    ['SERVICE_STOP', false, 'redis-server.service was stopped on purpose: start it if that was not meant.'],
    ['EXITED', false, 'It ended with success, so redis-server.service may have done what it was to do.'],
  ] as const)('says_whether_a_restart_makes_sense_after_%s', (cause, advised, reason) => {
    expect(remediesOfDeath({ cause, unit, restart: null })).toEqual([
      { action: 'RESTART_SERVICE', unit, process: null, advised, reason },
    ]);
  });

  it('leaves_alone_what_was_started_again', () => {
    const life = { process: unknownProcess({ pid: 4712, start: '1' }), startedAt: 1n, makers: [] };
    expect(remediesOfDeath({ cause: 'SIGNALED', unit, restart: { life, isLoop: false } })).toMatchObject([
      { advised: false, reason: 'redis-server.service was started again already, as pid 4712.' },
    ]);
    expect(remediesOfDeath({ cause: 'CRASHED', unit, restart: { life, isLoop: true } })).toMatchObject([
      { advised: false, reason: expect.stringContaining('again and again: look at why it ends') },
    ]);
  });

  it('has_a_sentence_for_every_cause', () => {
    for (const cause of causes)
      expect(remediesOfDeath({ cause, unit, restart: null })[0]?.reason).toMatch(/^[A-Zr].*\.$/);
  });

  it.each([null, 'session-3.scope', 'dev-sda1.device'])('knows_nobody_who_could_restart_what_runs_in_%s', (other) => {
    expect(remediesOfDeath({ cause: 'SIGNALED', unit: other, restart: null })).toEqual([]);
  });

  it('escapes_a_unit_that_somebody_made_to_mislead', () => {
    const [remedy] = remediesOfDeath({ cause: 'SIGNALED', unit: 'x\u001b[31m.service', restart: null });
    expect(remedy?.reason).not.toContain('\u001b');
  });
});
