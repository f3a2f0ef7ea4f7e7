import { describe, expect, it } from 'vitest';
import { certainty } from '../confidence.js';
import { alice, bash, death, guard, process, sent, worker } from '../example.js';
import type { DeathFacts } from '../facts.js';
import { containerStop } from './container-stop.js';

const id = '8c1a3f5e7b9d0246813579acebdf02468ace13579bdf02468ace13579bdf0246';
const container = { id, runtime: 'podman', pod: null };
const victim = { ...worker, container, cgroup: `/machine.slice/libpod-${id}.scope` };
const podmanArgs = ['podman', '--root=/a', '--runtime', 'runc', 'stop', '--time=2', 'web'];
const podman = { ref: { pid: 4710, start: '4710000' }, comm: 'podman', args: podmanArgs };
const runc = process({
  pid: 4712,
  comm: 'runc',
  args: ['/usr/bin/runc', 'kill', id, '15'],
  login: alice,
  ancestry: [podman, bash],
});
const unheard = sent(15, runc, { result: 'ignored', msBefore: 2_001 });
const stopped = (overrides: Partial<DeathFacts>) => containerStop.decide(death({ victim, signal: 9, ...overrides }));

describe('container-stop', () => {
  it('says_that_the_grace_ran_out_and_why', () => {
    expect(stopped({ signals: [unheard, sent(9, runc)] })).toMatchObject({
      cause: 'CONTAINER_STOP',
      actor: { kind: 'CONTAINER_RUNTIME', process: runc.ref },
      confidence: 0.99,
      summary: {
        en:
          'alice (pts/0) ran "podman … stop --time=2 web"; runc (pid 4712) killed worker (pid 4711) in podman container ' +
          '8c1a3f5e7b9d with SIGKILL, because it had not ended 2.0 s after SIGTERM (its grace ran out); it had no handler ' +
          'for that, and the first process of a container needs one',
      },
    });
  });

  it('takes_a_clean_exit_after_its_SIGTERM_for_a_stop', () => {
    const signals = [sent(15, runc, { disposition: 'caught', msBefore: 30 })];
    expect(stopped({ signal: null, code: 0, signals })).toMatchObject({
      confidence: certainty.exitAfterStop,
      summary: { en: expect.stringMatching(/with SIGTERM; it caught that and exited with status 0 after 30 ms$/) },
    });
  });

  it('names_the_pod', () => {
    const kubelet = {
      ...victim,
      container: { id, runtime: 'containerd', pod: 'f3a1c0de-1234-4bcd-9876-0123456789ab' },
    };
    const shim = process({ pid: 900, comm: 'containerd-shim', args: ['containerd-shim-runc-v2', '-id', id] });
    expect(stopped({ victim: kubelet, signals: [sent(9, shim)] })?.summary.en).toMatch(
      /^containerd-shim \(pid 900\) killed .* possible; pod f3a1c0de-1234-4bcd-9876-0123456789ab$/,
    );
  });

  it.each([
    ['the_ancestor_of_the_container', { ...victim, ancestry: [{ ref: guard.ref, comm: 'conmon', args: [] }] }, 0.99],
    ['known_by_its_name', victim, certainty.knownByName],
    ['of_a_container_that_only_the_cgroup_tells', { ...victim, container: null }, certainty.nameOnly],
  ])('is_as_sure_as_the_runtime_is_%s', (_, of, confidence) => {
    const conmon = { ...guard, comm: 'conmon', args: ['conmon', '-n', 'web'] };
    expect(stopped({ victim: of, signals: [sent(9, conmon)] })?.confidence).toBe(confidence);
  });

  it('leaves_other_senders_and_what_is_in_no_container_to_others', () => {
    expect(stopped({ signals: [sent(9, guard)] })).toBeNull();
    expect(stopped({ signals: [sent(9, { ...runc, container })] })).toBeNull();
    const outside = { ...victim, container: null, cgroup: '/system.slice/web.service' };
    expect(stopped({ victim: outside, signals: [sent(9, runc)] })).toBeNull();
  });
});
