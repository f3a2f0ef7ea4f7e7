import { describe, expect, it } from 'vitest';
import { command as ran, death, kill, process, sent, service, systemd, worker } from '../example.js';
import type { DeathFacts } from '../facts.js';
import { commanded, ourAgent, podmanOfOurs, runcOfOurs } from '../telling-stops.js';
import { remediation } from './remediation.js';

const decided = (facts: Partial<DeathFacts>) =>
  remediation.decide(death({ command: commanded(ourAgent.ref), ...facts }));

describe('remediation', () => {
  it('names_the_job_who_asked_for_it_and_who_allowed_it', () => {
    expect(decided({ signal: 15, signals: [sent(15, ourAgent)] })).toMatchObject({
      cause: 'REMEDIATION',
      actor: { kind: 'WHODUNIT', process: ourAgent.ref },
      confidence: 0.99,
      summary: {
        en:
          "Whodunit's job 4f1c2d3e-0000-4000-8000-000000000001 (requested by carol, approved by dave): node (pid 700) stopped " +
          'worker (pid 4711) with SIGTERM; it took 1 ms',
        zh:
          'Whodunit 的作业 4f1c2d3e-0000-4000-8000-000000000001（由 carol 请求，由 dave 批准）：node（pid 700）用 SIGTERM ' +
          '停止了 worker（pid 4711），耗时 1 毫秒',
      },
      evidence: [
        {
          kind: 'command',
          text: expect.stringMatching(/^Job 4f1c.* was requested by carol and was approved by dave\.$/),
        },
        { kind: 'sender' },
      ],
    });
  });

  it('tells_an_escalation_and_a_clean_exit', () => {
    const asked = sent(15, ourAgent, { disposition: 'caught', msBefore: 5_000 });
    expect(decided({ signal: 9, signals: [asked, sent(9, ourAgent)] })?.summary.en).toContain(
      'killed worker (pid 4711) with SIGKILL, because it had not ended 4.9 s after SIGTERM',
    );
    expect(decided({ code: 0, signals: [asked] })).toMatchObject({ cause: 'REMEDIATION', confidence: 0.95 });
  });

  it('is_behind_the_service_manager_that_it_asked', () => {
    const request = ran(['systemctl', 'restart', 'redis-server'], 100);
    const facts = { victim: service, signal: 15, signals: [sent(15, systemd)], requests: [request] };
    expect(decided({ ...facts, command: commanded(request.process.ref) })).toMatchObject({
      cause: 'REMEDIATION',
      actor: { kind: 'WHODUNIT', process: request.process.ref },
      summary: {
        en: expect.stringMatching(/: systemd stopped redis-server \(pid 4711\) of redis-server\.service with/),
      },
      evidence: [{ kind: 'command' }, { kind: 'request' }, { kind: 'sender' }],
    });
    expect(decided(facts)).toBeNull();
  });

  it('is_behind_the_container_runtime_that_it_asked', () => {
    const container = { id: runcOfOurs.args[2]!, runtime: 'podman', pod: null };
    const facts = { victim: { ...worker, container }, signal: 9, signals: [sent(9, runcOfOurs)] };
    expect(decided({ ...facts, command: commanded(podmanOfOurs.ref) })?.cause).toBe('REMEDIATION');
    expect(decided(facts)).toBeNull();
  });

  it('says_nothing_of_approval_where_none_was_needed', () => {
    const command = { ...commanded(ourAgent.ref), approvedBy: [] };
    const finding = decided({ command, signal: 9, signals: [sent(9, ourAgent)] });
    expect(finding?.summary.en).toContain('(requested by carol): ');
    expect(finding?.summary.zh).toContain('（由 carol 请求）：');
    expect(finding?.evidence[0]?.text).toContain('and needed no approval.');
  });

  it('is_not_told_of_what_others_did_meanwhile', () => {
    expect(
      decided({ signal: 9, signals: [sent(15, ourAgent, { msBefore: 50, disposition: 'caught' }), sent(9, kill)] }),
    ).toBeNull();
    expect(remediation.decide(death({ signal: 15, signals: [sent(15, ourAgent)] }))).toBeNull();
    const other = process({ pid: 700, comm: 'node', ref: { pid: 700, start: '5' } });
    expect(decided({ signal: 15, signals: [sent(15, other)] })).toBeNull();
  });

  it('cannot_be_forged_by_a_name', () => {
    const command = { ...commanded(ourAgent.ref), requestedBy: 'bob) did it (' };
    expect(decided({ command, signal: 9, signals: [sent(9, ourAgent)] })?.summary.en).toContain(
      'requested by "bob) did it (", approved',
    );
  });
});
