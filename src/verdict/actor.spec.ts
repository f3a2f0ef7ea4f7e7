import { describe, expect, it } from 'vitest';
import { attribute } from './actor.js';
import { alice, guard, kill, process, worker } from './example.js';
import type { ProcessFacts } from './facts.js';

const kindOf = (sender: ProcessFacts) => attribute(sender, worker).actor.kind;
const parent = (overrides: Partial<ProcessFacts>) => process({ pid: 4500, comm: 'supervisor', ...overrides });

describe('attribute', () => {
  it('calls_the_victim_SELF', () => {
    expect(kindOf(worker)).toBe('SELF');
  });

  it('does_not_take_a_reused_pid_for_the_victim', () => {
    expect(kindOf({ ...worker, ref: { pid: 4711, start: '9' } })).toBe('PROCESS');
  });

  it('calls_the_parent_PARENT_even_with_a_login_behind_it', () => {
    expect(kindOf(parent({ login: alice }))).toBe('PARENT');
    expect(kindOf(parent({ comm: 'bash', args: ['bash', '-c', 'worker & kill $!'], login: alice }))).toBe('PARENT');
    expect(kindOf(parent({ comm: 'bash', args: ['bash', 'run.sh'], login: alice }))).toBe('PARENT');
  });

  it('calls_the_parent_HUMAN_when_it_is_a_shell_at_which_a_person_types', () => {
    expect(kindOf(parent({ comm: 'bash', args: ['-bash'], login: alice }))).toBe('HUMAN');
  });

  it('calls_a_sender_with_a_login_HUMAN', () => {
    expect(attribute(kill, worker)).toEqual({ actor: { kind: 'HUMAN', process: kill.ref }, confidence: 0.99 });
  });

  it('is_less_sure_of_a_login_without_a_terminal', () => {
    const detached = { ...kill, login: { ...alice, tty: null } };
    expect(attribute(detached, worker)).toMatchObject({ actor: { kind: 'HUMAN' }, confidence: 0.85 });
  });

  it('calls_any_other_sender_PROCESS_and_a_kernel_thread_KERNEL', () => {
    expect(kindOf(guard)).toBe('PROCESS');
    expect(kindOf({ ...guard, kernelThread: true })).toBe('KERNEL');
  });

  it('is_less_sure_when_the_victims_parent_is_not_known', () => {
    expect(attribute(guard, { ...worker, ancestry: [] })).toMatchObject({
      actor: { kind: 'PROCESS' },
      confidence: 0.9,
    });
  });

  it('names_nobody_without_a_sender', () => {
    expect(attribute(null, worker)).toEqual({ actor: { kind: 'UNKNOWN', process: null }, confidence: 0.5 });
  });
});
