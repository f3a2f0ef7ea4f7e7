import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Vault } from './vault.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'whodunit-vault-'))));
afterEach(() => rmSync(directory, { recursive: true }));

test('opens_what_it_sealed_also_after_a_restart', () => {
  const sealed = Vault.open(directory).seal('receiver/1', { url: 'https://x/secret' });
  expect(Vault.open(directory).open('receiver/1', sealed)).toEqual({ url: 'https://x/secret' });
  expect(sealed.includes('secret')).toBe(false);
});

test('the_same_value_is_never_sealed_twice_the_same', () => {
  const vault = Vault.open(directory);
  expect(vault.seal('a', 'x')).not.toEqual(vault.seal('a', 'x'));
});

test('a_changed_a_moved_and_a_foreign_secret_is_not_opened', () => {
  const vault = Vault.open(directory);
  const sealed = vault.seal('receiver/1', 'x');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(vault.open('receiver/1', changed)).toBeUndefined();
  }
  expect(vault.open('receiver/2', sealed)).toBeUndefined();
  expect(vault.open('receiver/1', sealed.subarray(0, 20))).toBeUndefined();
  expect(new Vault(Buffer.alloc(32)).open('receiver/1', sealed)).toBeUndefined();
});

test('the_key_is_for_its_owner_only_and_a_wrong_one_stops_the_start', () => {
  Vault.open(directory);
  const file = join(directory, 'vault-key');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  writeFileSync(file, 'short');
  expect(() => Vault.open(directory)).toThrow(/vault-key does not hold a key/);
});
