import { describe, expect, it } from 'vitest';
import { death, diedAt, guard, kernelMade, sent, worker } from '../example.js';
import { crashed } from './crashed.js';

const segv = (overrides: Parameters<typeof kernelMade>[1]) =>
  death({ signal: 11, signals: [kernelMade(11, { thread: 4711, ...overrides })] });

describe('crashed', () => {
  it('names_the_fault_and_its_address', () => {
    expect(crashed.decide(segv({ code: 1, address: '0x0' }))).toEqual({
      cause: 'CRASHED',
      actor: { kind: 'SELF', process: worker.ref },
      confidence: 0.99,
      summary: expect.objectContaining({
        en: 'worker (pid 4711) crashed with SIGSEGV: SEGV_MAPERR at 0x0 (null pointer); no core was dumped',
      }),
      evidence: [{ kind: 'fault', at: diedAt - 1_000_000n, text: 'Fault: SEGV_MAPERR at 0x0 (null pointer).' }],
    });
  });

  it.each([
    [11, 1, '0x18', 'SIGSEGV: SEGV_MAPERR at 0x18 (null pointer with an offset)'],
    [11, 1, '0x7fff12345000', 'SIGSEGV: SEGV_MAPERR at 0x7fff12345000 (nothing is mapped there)'],
    [11, 2, '0x400000', 'SIGSEGV: SEGV_ACCERR at 0x400000 (the mapping does not permit this access)'],
    [
      11,
      128,
      null,
      'SIGSEGV: SI_KERNEL (general protection fault or unusable stack, for which the kernel gives no address)',
    ],
    [
      7,
      2,
      '0x7f0000001000',
      'SIGBUS: BUS_ADRERR at 0x7f0000001000 (mapped file is shorter than the mapping, or no page could be had)',
    ],
    [8, 1, '0x55d0', 'SIGFPE: FPE_INTDIV at 0x55d0 (integer division by zero)'],
    [4, 2, '0x55d0', 'SIGILL: ILL_ILLOPN at 0x55d0 (illegal instruction, as compilers put for a failed check)'],
    [5, 128, null, 'SIGTRAP: SI_KERNEL (breakpoint instruction)'],
    [4, 77, null, 'SIGILL: si_code 77'],
  ])('words_signal_%i_code_%i_at_%s', (signal, code, address, words) => {
    const facts = death({ signal, coreDumped: true, signals: [kernelMade(signal, { code, address })] });
    expect(crashed.decide(facts)?.summary.en).toBe(`worker (pid 4711) crashed with ${words}; a core was dumped`);
  });

  it('trusts_no_address_that_is_none', () => {
    expect(crashed.decide(segv({ code: 1, address: '0x0\n' }))?.summary.en).toContain(
      'SEGV_MAPERR at "0x0\\n" (nothing',
    );
  });

  it('does_not_blame_the_process_for_defective_memory', () => {
    const facts = death({ signal: 7, signals: [kernelMade(7, { code: 4, address: '0x7f0000001000' })] });
    expect(crashed.decide(facts)).toMatchObject({
      actor: { kind: 'KERNEL', process: null },
      summary: {
        en:
          'worker (pid 4711) crashed with SIGBUS: BUS_MCEERR_AR at 0x7f0000001000 (memory is defective: uncorrected ' +
          'hardware error, check mcelog or EDAC); no core was dumped',
      },
    });
  });

  it('sees_through_a_handler_that_raises_the_fault_again', () => {
    const fault = kernelMade(11, { code: 1, address: '0x0', disposition: 'caught', msBefore: 20 });
    const again = sent(11, worker, { code: -6, thread: 4711 });
    expect(crashed.decide(death({ signal: 11, signals: [fault, again] }))).toMatchObject({
      cause: 'CRASHED',
      confidence: 0.9,
      summary: {
        en:
          'worker (pid 4711) crashed with SIGSEGV: SEGV_MAPERR at 0x0 (null pointer), which its own handler caught and ' +
          'raised again; no core was dumped',
      },
    });
  });

  it('does_not_connect_an_old_caught_fault_with_a_later_raise', () => {
    const fault = kernelMade(11, { code: 1, disposition: 'caught', msBefore: 3_600_000 });
    const again = sent(11, worker, { code: -6, thread: 4711 });
    expect(crashed.decide(death({ signal: 11, signals: [fault, again] }))).toBeNull();
  });

  it('leaves_a_sent_SIGSEGV_to_others', () => {
    expect(crashed.decide(death({ signal: 11, signals: [sent(11, guard)] }))).toBeNull();
    expect(crashed.decide(death({ signal: 11, signals: [sent(11, null)] }))).toBeNull();
  });

  it('leaves_a_caught_fault_before_another_death_to_others', () => {
    const fault = kernelMade(11, { code: 1, disposition: 'caught' });
    expect(crashed.decide(death({ signal: 9, signals: [fault, sent(9, guard)] }))).toBeNull();
  });
});

describe('crashed, told by the kernel log alone', () => {
  const line = {
    at: diedAt,
    topic: 'segfault',
    text: 'worker[4711]: segfault at 0 ip 00 sp 00 error 4 in worker',
  } as const;

  it('takes_a_logged_fault_where_the_signal_was_not_recorded', () => {
    expect(crashed.decide(death({ signal: 11, reconstructed: true, kernelLog: [line] }))).toEqual({
      cause: 'CRASHED',
      actor: { kind: 'SELF', process: worker.ref },
      confidence: 0.85,
      summary: expect.objectContaining({
        en:
          'worker (pid 4711) crashed with SIGSEGV, as the kernel logged: "worker[4711]: segfault at 0 ip 00 sp 00 error 4 in ' +
          'worker"; whether a core was dumped is not known',
      }),
      evidence: [],
    });
  });

  it('leaves_other_lines_other_signals_and_exits_to_others', () => {
    expect(crashed.decide(death({ signal: 11, kernelLog: [{ ...line, topic: 'hung-task' }] }))).toBeNull();
    expect(crashed.decide(death({ signal: 9, kernelLog: [line] }))).toBeNull();
    expect(crashed.decide(death({ code: 139, kernelLog: [line] }))).toBeNull();
    expect(crashed.decide(death({ signal: 11 }))).toBeNull();
  });
});
