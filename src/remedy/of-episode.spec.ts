import { describe, expect, it } from 'vitest';
import { remediesOfEpisode, type EpisodeToRemedy } from './of-episode.js';

const process = { pid: 4711, start: '4711000' };
const parent = { pid: 4500, start: '4500000' };

const of = (episode: Pick<EpisodeToRemedy, 'state'> & Partial<EpisodeToRemedy>) =>
  remediesOfEpisode({ isOpen: true, process, parent: null, waitChannel: null, signal: null, ...episode });

describe('remediesOfEpisode', () => {
  it('deals_with_a_zombie_through_its_parent_and_says_why_not_otherwise', () => {
    expect(of({ state: 'zombie', parent })).toMatchObject([
      { action: 'KILL_ZOMBIE_PARENT', process: parent, advised: true },
      { action: 'SIGNAL_PROCESS', process, advised: false, reason: expect.stringContaining('It is dead already') },
    ]);
  });

  it('never_advises_to_kill_init', () => {
    const init = { pid: 1, start: '0' };
    expect(of({ state: 'zombie', parent: init })[0]).toMatchObject({ action: 'KILL_ZOMBIE_PARENT', advised: false });
    expect(of({ state: 'zombie' })[0]).toMatchObject({
      advised: false,
      reason: 'Who should wait for it is not known.',
    });
  });

  it('advises_no_kill_of_what_waits_in_the_kernel', () => {
    const remedies = of({ state: 'uninterruptible', waitChannel: 'nfs_wait_bit_killable' });
    expect(remedies.map(({ action, advised }) => [action, advised])).toEqual([
      ['SIGNAL_PROCESS', false],
      ['REBOOT_HOST', false],
    ]);
    expect(remedies[0]?.reason).toContain('(nfs_wait_bit_killable)');
  });

  it.each([
    [19, true],
    [null, true],
    [20, false],
    [21, false],
    [22, false],
  ])('resumes_what_was_stopped_by_signal_%s: %s', (signal, advised) => {
    expect(of({ state: 'stopped', signal })).toMatchObject([{ action: 'RESUME_PROCESS', process, advised }]);
  });

  it('has_nothing_left_to_do_once_it_is_over', () => {
    expect(of({ state: 'stopped', isOpen: false })).toEqual([]);
  });
});
