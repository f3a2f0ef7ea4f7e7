import { describe, expect, it } from 'vitest';
import { bootEnding, takesDown, type BootFacts } from './boot-ending.js';
import { alice, bash, process } from './example.js';

const second = 1_000_000_000n;
const reboot = process({
  pid: 700,
  comm: 'systemctl',
  args: ['systemctl', 'reboot'],
  uid: 0,
  userName: 'root',
  login: { ...alice, source: '10.0.0.5' },
  ancestry: [bash],
});
const asked = BigInt(reboot.ref.start);

const of = (facts: Partial<BootFacts>) =>
  bootEnding({ seen: asked + 5n * second, agentStopped: null, untilNext: 60n * second, requests: [], ...facts });

describe('bootEnding', () => {
  it('names_who_asked_and_is_sure_where_the_agent_said_goodbye', () => {
    const summary =
      'The host was shut down by systemctl (pid 700, "systemctl reboot") run by alice (ssh from 10.0.0.5, pts/0) as root via bash; it booted again 1 min 0 s later.';
    expect(of({ requests: [reboot], agentStopped: asked + second })).toEqual({
      kind: 'SHUTDOWN',
      confidence: 0.99,
      summary: expect.objectContaining({ en: summary }),
      request: reboot.ref,
      since: asked,
    });
    expect(of({ requests: [reboot] })).toMatchObject({ kind: 'SHUTDOWN', confidence: 0.8, summary: { en: summary } });
  });

  it('says_it_in_Chinese_too', () => {
    expect(of({ requests: [reboot] }).summary.zh).toBe(
      '主机由 alice（ssh 来自 10.0.0.5，pts/0）以 root 身份经 bash 运行的 systemctl（pid 700，"systemctl reboot"）关闭；1 分 0 秒后再次启动。',
    );
  });

  it('calls_an_end_without_request_and_goodbye_sudden', () => {
    const other = process({ pid: 700, comm: 'systemctl', args: ['systemctl', 'restart', 'nginx'] });
    expect(of({ requests: [other] })).toMatchObject({ kind: 'SUDDEN', confidence: 0.8, request: null, since: null });
    expect(of({}).summary.en).toContain('power loss, a crash, a hard reset, or a hang');
  });

  it('does_not_know_more_than_that_the_agent_was_stopped', () => {
    const agentStopped = asked + 5n * second;
    expect(of({ agentStopped })).toMatchObject({ kind: 'SHUTDOWN', confidence: 0.7, since: agentStopped });
    expect(of({ agentStopped, untilNext: 3_600n * second })).toMatchObject({ kind: 'UNKNOWN', confidence: 0 });
  });

  it('goes_on_as_far_as_is_known_where_no_boot_followed', () => {
    expect(of({ untilNext: null, requests: [reboot] })).toMatchObject({ kind: 'RUNNING', request: null });
  });
});

describe('takesDown', () => {
  it.each([
    'systemctl poweroff',
    'systemctl --force reboot',
    'systemctl isolate reboot.target',
    'reboot',
    'reboot -f',
    'halt -p',
    'shutdown -h now',
    'shutdown -r +5',
    'kexec -e',
    'telinit 6',
    'init 0',
  ])('knows %s', (command) => {
    const args = command.split(' ');
    expect(takesDown({ comm: args[0]!, args })).toBe(true);
  });

  it.each([
    'systemctl restart nginx',
    'systemctl isolate multi-user.target',
    'systemctl status reboot.target',
    'systemctl',
    'shutdown -c',
    'shutdown -k now',
    'reboot --help',
    'kexec -l /boot/vmlinuz',
    'telinit q',
    'sleep 6',
  ])('leaves %s alone', (command) => {
    const args = command.split(' ');
    expect(takesDown({ comm: args[0]!, args })).toBe(false);
  });
});
