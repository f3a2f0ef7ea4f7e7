import { describe, expect, it, vi } from 'vitest';
import type { Who } from '../kernel/record.js';
import { agentLimits } from '../limits.js';
import { SshSources, type ReadSshSource } from './ssh-sources.js';

const who = (pid: number, session: number | undefined, loginUid: number | undefined = 1000) =>
  ({ pid, start: BigInt(pid), session, loginUid }) as Who;

describe('SshSources', () => {
  it('asks_until_one_process_of_the_session_knows_and_never_again', () => {
    const read = vi.fn<ReadSshSource>((pid) => (pid === 12 ? '10.0.0.5' : undefined));
    const sources = new SshSources(read);
    for (const pid of [10, 11, 12, 13]) sources.look(who(pid, 3));
    expect(read).toHaveBeenCalledTimes(3);
    expect(sources.of(who(99, 3))).toBe('10.0.0.5');
    expect(sources.of(who(99, 4))).toBeUndefined();
  });

  it('believes_the_first_source_that_a_session_was_told', () => {
    const sources = new SshSources(() => '10.0.0.9');
    sources.learn(who(10, 3), undefined);
    sources.learn(who(11, 3), '10.0.0.5');
    sources.learn(who(12, 3), '10.0.0.6');
    sources.look(who(13, 3));
    expect(sources.of(who(99, 3))).toBe('10.0.0.5');
  });

  it('gives_up_a_session_without_a_source', () => {
    const read = vi.fn<ReadSshSource>(() => undefined);
    const sources = new SshSources(read);
    for (let pid = 1; pid < 1_000; pid += 1) sources.look(who(pid, 3));
    expect(read).toHaveBeenCalledTimes(agentLimits.sshLooksPerSession);
  });

  it('reads_no_environment_of_a_process_without_a_login', () => {
    const read = vi.fn<ReadSshSource>(() => '10.0.0.5');
    const sources = new SshSources(read);
    sources.look({ ...who(1, 3), loginUid: undefined });
    sources.look({ ...who(1, 3), session: undefined });
    expect(read).not.toHaveBeenCalled();
  });

  it('forgets_the_oldest_session_first', () => {
    const sources = new SshSources(() => '10.0.0.5');
    for (let session = 0; session <= agentLimits.sessionsMax; session += 1) sources.look(who(1, session));
    expect(sources.of(who(1, 0))).toBeUndefined();
    expect(sources.of(who(1, 1))).toBe('10.0.0.5');
  });
});
