import { describe, expect, it } from 'vitest';
import { death, diedAt, process, sent, worker } from '../example.js';
import type { ProcessFacts, SignalFacts } from '../facts.js';
import { parentDeath } from './parent-death.js';

const supervisor = (ended: ProcessFacts['ended']) => process({ pid: 4500, comm: 'supervisor', ended });
const of = (signal: SignalFacts) => parentDeath.decide(death({ signal: signal.signal, signals: [signal] }));
const before = diedAt - 2_000_000n;

describe('parent-death', () => {
  it('knows_a_signal_in_the_name_of_somebody_who_had_ended', () => {
    const finding = of(sent(15, supervisor(before)));
    expect(finding).toMatchObject({
      cause: 'PARENT_DEATH',
      actor: { kind: 'KERNEL', process: supervisor(null).ref },
      confidence: 0.99,
      summary: {
        en: 'The kernel ended worker (pid 4711) with SIGTERM, because its parent supervisor (pid 4500) run as alice had ended: it had asked for that (parent-death signal)',
      },
    });
    expect(finding?.evidence).toHaveLength(1);
  });

  it('leaves_what_the_living_send_to_others', () => {
    expect(of(sent(15, supervisor('not yet')))).toBeNull();
    expect(of(sent(15, supervisor(null)))).toBeNull();
    expect(of(sent(15, supervisor(diedAt)))).toBeNull();
    expect(of(sent(15, supervisor(before), { code: -6, thread: 4711 }))).toBeNull();
    expect(of(sent(9, supervisor(before), { thread: 4711 }))).toBeNull();
    expect(of(sent(15, { ...worker, ended: before }))).toBeNull();
  });
});
