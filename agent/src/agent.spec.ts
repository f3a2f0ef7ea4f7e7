import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EnrollRequest } from '../../src/contract/index.js';
import { createLog, silentLog } from './log.js';
import { checkCapabilities } from './source/ebpf.js';
import { keepEnrolment, readCredential, readPinnedCommandKey } from './state/credential.js';
import { Backoff } from './uplink/backoff.js';
import { enroll, hostName } from './uplink/enroll.js';
import type { Exchange, HttpClient } from './uplink/http.js';

describe('log', () => {
  it('writes_one_line_whatever_is_in_it', () => {
    const write = vi.fn<(line: string) => void>();
    createLog('info', write).warn('a\nb', { comm: 'x\u001b[31m y', none: undefined, pid: 3 });
    const line = write.mock.calls[0]?.[0] ?? '';
    expect(line.trimEnd()).not.toMatch(/[\n\u001b]/);
    expect(line).toMatch(/^\S+Z warn a\\u000ab comm=".*y" pid=3\n$/);
    createLog('warn', write).info('quiet');
    expect(write).toHaveBeenCalledOnce();
  });
});

describe('checkCapabilities', () => {
  const status = (uid: number, capabilities: string) =>
    `Uid:\t${uid}\t${uid}\t${uid}\t${uid}\nCapEff:\t${capabilities}\n`;

  it('is_content_with_what_the_sensor_needs', () => {
    expect(checkCapabilities(status(0, '000001ffffffffff')).ok).toBe(true);
    expect(checkCapabilities(status(1000, '000000c000200000')).ok).toBe(true);
  });

  it('says_what_is_missing_and_what_to_do', () => {
    const user = checkCapabilities(status(1000, '0000000000000000'));
    expect(!user.ok && user.failure.sentence).toMatch(/not run as root.*CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF.*as root/);
    const container = checkCapabilities(status(0, '00000000a80425fb'));
    expect(!container.ok && container.failure.sentence).toContain('container');
  });
});

describe('Backoff', () => {
  it('doubles_up_to_its_limit_spreads_and_begins_again_after_a_success', () => {
    const slow = new Backoff(() => 1);
    expect([1, 2, 3, 4, 5, 6, 7].map(() => slow.nextDelayMs())).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
    slow.reset();
    expect(slow.nextDelayMs()).toBe(200);
    expect(new Backoff(() => 0).nextDelayMs()).toBe(100);
    expect(slow.nextDelayMs(9_000)).toBe(9_000);
    expect(slow.nextDelayMs(900_000)).toBe(60_000);
  });
});

describe('enrol', () => {
  const options = (answers: Exchange[], http = fakeHttp(answers)) => ({
    http,
    token: 'token',
    machineId: '3d1219c7c4c5404aaa1f6d2a48adfda4',
    hostname: 'web-1',
    log: silentLog,
    signal: new AbortController().signal,
  });
  const fakeHttp = (answers: Exchange[]): HttpClient => ({
    post: (path, token, body) => {
      expect([path, token]).toEqual(['/v1/enroll', 'token']);
      EnrollRequest.parse(JSON.parse(body));
      return Promise.resolve(answers.shift() ?? { status: 'lost', reason: 'end' });
    },
    close: () => undefined,
  });
  const accepted = { status: 201, body: { hostId: '1', credential: 'c' }, retryAfterMs: undefined } satisfies Exchange;

  it('waits_for_an_API_that_is_still_starting', async () => {
    const enrolled = await enroll(options([{ status: 'lost', reason: 'ECONNREFUSED' }, accepted]));
    expect(enrolled).toEqual({ ok: true, value: accepted.body });
  });

  it('keeps_the_key_of_commands_and_forgets_that_of_an_earlier_enrolment', () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'whodunit-enrol-'));
    try {
      keepEnrolment(stateDir, { hostId: '1', credential: 'c', commandKey: 'AAAA' });
      expect([readCredential(stateDir), readPinnedCommandKey(stateDir)]).toEqual(['c', 'AAAA']);
      keepEnrolment(stateDir, { hostId: '1', credential: 'd' });
      expect([readCredential(stateDir), readPinnedCommandKey(stateDir)]).toEqual(['d', undefined]);
    } finally {
      rmSync(stateDir, { recursive: true });
    }
  });

  it('takes_a_refusal_as_final', async () => {
    const refused = await enroll(options([{ status: 401, body: {}, retryAfterMs: undefined }]));
    expect(!refused.ok && refused.failure.sentence).toContain('token');
  });

  it.each([
    ['web-1.example.com', 'web-1.example.com'],
    ['-büro host-', 'b-ro-host'],
    ['日本', 'host'],
    ['x'.repeat(300), 'x'.repeat(255)],
  ])('gives_the_API_a_name_that_it_takes_%s', (hostname, name) => {
    expect(hostName(hostname)).toBe(name);
  });
});
