import { describe, expect, it } from 'vitest';
import { death, guard, kernelMade, oomReport, process, sent, worker } from '../example.js';
import { namespaceTeardown } from './namespace-teardown.js';

const init = process({ pid: 4400, comm: 'tini', args: ['tini', '--', 'app'], userName: null, uid: null });
const victim = { ...worker, ancestry: [{ ref: init.ref, comm: 'tini', args: ['tini'] }] };
const killed = kernelMade(9, { running: init });

describe('namespace-teardown', () => {
  it('knows_the_kernels_SIGKILL_while_an_ancestor_is_on_its_way_out', () => {
    expect(namespaceTeardown.decide(death({ victim, signal: 9, signals: [killed] }))).toMatchObject({
      cause: 'NAMESPACE_TEARDOWN',
      actor: { kind: 'KERNEL', process: init.ref },
      confidence: 0.9,
      summary: {
        en: 'The kernel killed worker (pid 4711), because tini (pid 4400, "tini -- app"), the init of its pid namespace, had ended',
      },
    });
  });

  it('leaves_OOM_kills_strangers_and_senders_to_others', () => {
    const of = (changes: Parameters<typeof death>[0]) =>
      namespaceTeardown.decide(death({ victim, signal: 9, signals: [killed], ...changes }));
    expect(of({ oomKillAt: 1n })).toBeNull();
    expect(of({ oomReport: oomReport() })).toBeNull();
    expect(of({ victim: worker })).toBeNull();
    expect(of({ signals: [kernelMade(9, { running: guard })] })).toBeNull();
    expect(of({ signals: [kernelMade(9)] })).toBeNull();
    expect(of({ signals: [sent(9, init)] })).toBeNull();
    expect(of({ signal: 1, signals: [kernelMade(1, { running: init })] })).toBeNull();
  });
});
