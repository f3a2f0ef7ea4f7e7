import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPolicy } from './policy-file.js';
import { defaultPolicy, mayDo, mayTouchService, mayTouchUser, parsePolicy } from './policy.js';

const policy = (value: object) => {
  const parsed = parsePolicy(JSON.stringify(value));
  if (!parsed.ok) throw new Error(parsed.failure.sentence);
  return parsed.value;
};

describe('a policy', () => {
  it('allows_all_but_the_reboot_unless_it_says_otherwise', () => {
    for (const one of [defaultPolicy, policy({})]) {
      expect(mayDo(one, 'SIGNAL_PROCESS').ok).toBe(true);
      expect(mayDo(one, 'REBOOT_HOST')).toMatchObject({ failure: { code: 'command/not-allowed' } });
      expect(one.perHourMax).toBe(60);
    }
    expect(mayDo(policy({ actions: ['REBOOT_HOST'] }), 'REBOOT_HOST').ok).toBe(true);
    expect(mayDo(policy({ actions: [] }), 'RESUME_PROCESS').ok).toBe(false);
  });

  it('knows_services_with_and_without_their_suffix', () => {
    const one = policy({ services: { allow: ['app-*', 'redis.service'], deny: ['app-db'] } });
    const allowed = (name: string | undefined) => mayTouchService(one, name).ok;
    expect(['app-web.service', 'app-web', 'redis.service'].map(allowed)).toEqual([true, true, true]);
    expect(['app-db.service', 'app-db', 'redisx', 'my.app-web', undefined].map(allowed)).not.toContain(true);
    expect(mayTouchService(policy({ services: { deny: ['x'] } }), undefined).ok).toBe(true);
  });

  it('knows_users_by_name_and_number', () => {
    const one = policy({ users: { deny: ['root', '33'] } });
    expect(mayTouchUser(one, 0, 'root').ok).toBe(false);
    expect(mayTouchUser(one, 33, 'www-data').ok).toBe(false);
    expect(mayTouchUser(one, 34, undefined).ok).toBe(true);
  });

  it.each([
    ['nothing', 'is not JSON'],
    ['[]', 'must be a JSON object'],
    ['{"acttions":[]}', `'acttions'`],
    ['{"actions":["RUN"]}', 'RESTART_SERVICE'],
    ['{"actions":"REBOOT_HOST"}', 'RESTART_SERVICE'],
    ['{"perHourMax":1.5}', 'whole number'],
    ['{"perHourMax":1001}', 'whole number'],
    ['{"services":{"alow":[]}}', 'services'],
    ['{"users":{"deny":[7]}}', 'users'],
    ['{"protected":"x"}', 'protected'],
  ])('is_not_guessed_from_%s', (text, part) => {
    const parsed = parsePolicy(text);
    expect(parsed.ok || parsed.failure.sentence).toContain(part);
  });
});

describe('the file', () => {
  let directory: string;
  beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'whodunit-policy-'))));
  afterAll(() => rmSync(directory, { recursive: true }));
  const file = (text: string, mode = 0o644) => {
    const path = join(directory, 'commands.json');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  it('is_the_default_where_there_is_none_and_nothing_where_it_is_wrong', () => {
    expect(readPolicy(join(directory, 'none'))).toEqual({ ok: true, value: defaultPolicy });
    expect(readPolicy(file('{"perHourMax":3}'))).toMatchObject({ value: { perHourMax: 3 } });
    for (const path of [file('{'), directory, file('{}', 0o664), file('{}', 0o646)])
      expect(readPolicy(path)).toMatchObject({ failure: { code: 'command/bad-policy' } });
  });

  it.skipIf(process.getuid?.() !== 0)('is_not_believed_when_it_is_another_users', () => {
    const path = file('{}');
    chownSync(path, 65_534, 65_534);
    expect(readPolicy(path)).toMatchObject({ failure: { code: 'command/bad-policy' } });
  });
});
