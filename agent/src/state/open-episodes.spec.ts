import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EpisodeEvent } from '../../../src/contract/index.js';
import { silentLog } from '../log.js';
import { openEpisodes, parseKept } from './open-episodes.js';

const zombie: EpisodeEvent = {
  kind: 'episode',
  at: '30',
  pid: 40,
  start: '10',
  state: 'zombie',
  since: '20',
  parent: { pid: 1, start: '1' },
};

test('gives_back_what_was_kept_to_the_same_boot_and_rung_only', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'whodunit-episodes-'));
  try {
    const open = (boot: string, rung: 'ebpf' | 'procfs') => openEpisodes(stateDir, boot, rung, silentLog);
    expect(open('a', 'ebpf').kept).toEqual([]);
    open('a', 'ebpf').keep([EpisodeEvent.parse(zombie)]);
    expect(open('a', 'ebpf').kept).toEqual([zombie]);
    expect(open('b', 'ebpf').kept).toEqual([]);
    expect(open('a', 'procfs').kept).toEqual([]);
  } finally {
    rmSync(stateDir, { recursive: true });
  }
});

test('takes_nothing_of_a_file_that_is_damaged', () => {
  const text = JSON.stringify({ bootId: 'a', rung: 'ebpf', episodes: [zombie, { ...zombie, since: 'soon' }] });
  expect(parseKept(text, 'a', 'ebpf')).toEqual([]);
  for (let length = 0; length < text.length; length += 1) {
    expect(parseKept(text.slice(0, length), 'a', 'ebpf')).toEqual([]);
  }
  fc.assert(fc.property(fc.json(), (json) => void parseKept(json, 'a', 'ebpf')));
});
