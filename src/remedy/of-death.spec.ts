import { describe, expect, it } from 'vitest';
import { causes } from '../verdict/index.js';
import { remediesOfDeath } from './of-death.js';

const unit = 'redis-server.service';

describe('remediesOfDeath', () => {
  it.each([
    ['SIGNALED', true, 'A restart of redis-server.service brings it back, unless systemd did so already.'],
    ['CRASHED', true, 'A restart of redis-server.service brings it back, but does not mend what ended it.'],
    [
      'OOM_CGROUP',
      true,
      'A restart of redis-server.service brings it back, and it will meet the same limit: raise MemoryMax= or find what needs the memory.',
    ],
    ['SERVICE_STOP', false, 'redis-server.service was stopped on purpose: start it if that was not meant.'],
    ['EXITED', false, 'It ended with success, so redis-server.service may have done what it was to do.'],
  ] as const)('says_whether_a_restart_makes_sense_after_%s', (cause, advised, reason) => {
    expect(remediesOfDeath({ cause, unit })).toEqual([
      { action: 'RESTART_SERVICE', unit, process: null, advised, reason },
    ]);
  });

  it('has_a_sentence_for_every_cause', () => {
    for (const cause of causes) expect(remediesOfDeath({ cause, unit })[0]?.reason).toMatch(/^[A-Zr].*\.$/);
  });

  it.each([null, 'session-3.scope', 'dev-sda1.device'])('knows_nobody_who_could_restart_what_runs_in_%s', (other) => {
    expect(remediesOfDeath({ cause: 'SIGNALED', unit: other })).toEqual([]);
  });

  it('escapes_a_unit_that_somebody_made_to_mislead', () => {
    const [remedy] = remediesOfDeath({ cause: 'SIGNALED', unit: 'x\u001b[31m.service' });
    expect(remedy?.reason).not.toContain('\u001b');
  });
});
