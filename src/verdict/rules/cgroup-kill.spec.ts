import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, sent, worker } from '../example.js';
import type { SignalFacts } from '../facts.js';
import { cgroupKill } from './cgroup-kill.js';

describe('cgroup-kill', () => {
  it('knows_a_SIGKILL_in_somebodys_name_that_is_directed_at_a_thread', () => {
    const finding = cgroupKill.decide(death({ signal: 9, signals: [sent(9, guard, { thread: 4711 })] }));
    expect(finding).toMatchObject({
      cause: 'CGROUP_KILL',
      actor: { kind: 'KERNEL', process: guard.ref },
      confidence: 0.99,
      summary: {
        en: 'The kernel killed worker (pid 4711) with its whole cgroup, because python3 (pid 900, "python3 guard.py") run as root via systemd wrote to cgroup.kill; no cleanup was possible',
      },
    });
    expect(finding?.evidence).toHaveLength(1);
  });

  it('leaves_what_user_space_can_send_and_what_the_kernel_makes_to_others', () => {
    const of = (signal: SignalFacts) => cgroupKill.decide(death({ signal: 9, signals: [signal] }));
    expect(of(sent(9, guard))).toBeNull();
    expect(of(sent(9, guard, { code: -6, thread: 4711 }))).toBeNull();
    expect(of(sent(9, worker, { thread: 4711 }))).toBeNull();
    expect(of(sent(9, null, { thread: 4711 }))).toBeNull();
    expect(of(kernelMade(9, { thread: 4711 }))).toBeNull();
    expect(cgroupKill.decide(death({ signal: 15, signals: [sent(15, guard, { thread: 4711 })] }))).toBeNull();
  });
});
