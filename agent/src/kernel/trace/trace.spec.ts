import { describe, expect, it } from 'vitest';
import { parseCpuStats } from './cpu-stats.js';
import { parseEventFormat, parseHeaderPage } from './event-format.js';
import type { TraceEvent } from './event.js';
import { readPage } from './page.js';
import { captured, capturedDecoder, capturedLayout, capturedPages } from './trace.fixture.js';

const layout = capturedLayout();
const { decode } = capturedDecoder();
const eventsOf = (name: 'kills' | 'pauses' | 'overwritten') =>
  capturedPages(name).flatMap((bytes) => readPage(bytes, layout).events.flatMap((event) => decode(event) ?? []));

function page(words: readonly number[], { at = 1000n, flags = 0 } = {}): Uint8Array {
  const bytes = new Uint8Array(layout.pageBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, at, true);
  view.setUint32(8, (words.length * 4) | flags, true);
  words.forEach((word, index) => view.setUint32(16 + index * 4, word, true));
  return bytes;
}
const head = (type: number, delta: number) => (delta << 5) | type;

describe('the layout files of a real kernel', () => {
  it('tells_where_the_data_of_a_page_begin', () => {
    expect(layout).toMatchObject({ dataOffset: 16, pageBytes: 4096, commit: { offset: 8, size: 8 } });
  });

  it('reads_numbers_texts_and_places_of_texts', () => {
    const exec = parseEventFormat(captured.formats['sched/sched_process_exec']);
    expect(exec?.name).toBe('sched_process_exec');
    expect(exec?.fields.get('filename')).toEqual({ offset: 8, size: 4, signed: false, dynamic: true });
    const exit = parseEventFormat(captured.formats['sched/sched_process_exit']);
    expect(exit?.fields.get('comm')).toEqual({ offset: 8, size: 16, signed: false, dynamic: false });
    expect(exit?.fields.get('common_pid')).toEqual({ offset: 4, size: 4, signed: true, dynamic: false });
  });

  it('takes_nothing_that_is_no_layout', () => {
    expect(parseEventFormat('')).toBeUndefined();
    expect(parseEventFormat('name: x\nID: 1\nformat:\n')).toBeUndefined();
    expect(parseHeaderPage(captured.formats['oom/mark_victim'])).toBeUndefined();
    expect(parseHeaderPage(captured.headerPage.replace('offset:16', 'offset:4'))).toBeUndefined();
  });
});

describe('pages of a real kernel', () => {
  it('has_the_whole_story_of_a_kill', () => {
    const story = eventsOf('kills').map(({ kind, ...event }) => [kind, event] as const);
    const killed = story.find(([kind, event]) => kind === 'generate' && 'target' in event && event.signal === 9)?.[1];
    const { target, tid } = killed as Extract<TraceEvent, { kind: 'generate' }>;
    expect(killed).toMatchObject({ tid, signal: 9, code: 0, target, comm: 'sleep', group: true, result: 0 });
    const ofVictim = story.filter(([, event]) => event.tid === target || ('child' in event && event.child === target));
    expect(ofVictim.map(([kind]) => kind)).toEqual(['newtask', 'exec', 'deliver', 'exit', 'generate']);
    expect(ofVictim[1]![1]).toMatchObject({ filename: '/usr/bin/sleep', pid: target });
    expect(ofVictim[3]![1]).toMatchObject({ tid: target, comm: 'sleep', groupDead: true });
    const codes = story.flatMap(([kind, event]) => (kind === 'exit-call' && 'code' in event ? [event.code] : []));
    expect(codes.filter((code) => code !== 0)).toEqual([1, 2, 3, 128 + 15]);
  });

  it('keeps_the_time_over_pauses_that_do_not_fit_the_event', () => {
    const slept = eventsOf('pauses').filter(({ kind }) => kind === 'exec' || kind === 'exit-call');
    const times = eventsOf('pauses').map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)));
    // Three naps of 0.3 s; 27 bits hold 0.13 s.
    expect((times.at(-1)! - times[0]!) / 100_000_000n).toBe(9n);
    expect(slept.length).toBeGreaterThan(6);
  });

  it('says_how_many_events_were_overwritten_before_it', () => {
    const [first, second] = capturedPages('overwritten').map((bytes) => readPage(bytes, layout));
    expect(first).toMatchObject({ missed: 589, damaged: false });
    expect(second).toMatchObject({ missed: 0, damaged: false });
  });
});

describe('pages as the kernel may write them', () => {
  const numbers = (bytes: Uint8Array) =>
    readPage(bytes, layout).events.map(({ at, data }) => [at, data.byteLength, data.getUint32(0, true)]);

  it('reads_short_and_long_data_padding_and_times', () => {
    const words = [
      ...[head(1, 5), 77],
      ...[head(0, 5), 12, 78, 79],
      ...[head(29, 1), 4],
      ...[head(30, 3), 1],
      ...[head(2, 0), 80, 81],
      ...[head(31, 9), 2],
      ...[head(1, 1), 82],
    ];
    const extended = 1011n + (1n << 27n) + 3n;
    expect(numbers(page(words))).toEqual([
      [1005n, 4, 77],
      [1010n, 8, 78],
      [extended, 8, 80],
      [(2n << 27n) + 10n, 4, 82],
    ]);
  });

  it('ends_at_padding_that_fills_the_page', () => {
    expect(numbers(page([head(1, 1), 7, head(29, 0), head(1, 1), 8]))).toEqual([[1001n, 4, 7]]);
  });

  it('tells_that_events_are_missing_where_their_number_had_no_room', () => {
    expect(readPage(page([head(1, 1), 7], { flags: 0x8000_0000 }), layout).missed).toBe('unknown');
  });

  it.each([
    ['a length past the end', [head(20, 0), 1]],
    ['a long length past the end', [head(0, 0), 0xffff_ffff]],
    ['a long length of nothing', [head(0, 0), 0]],
    ['a head without its second word', [head(1, 1), 7, head(30, 1)]],
  ])('stops_at_damage_and_says_so: %s', (_, words) => {
    expect(readPage(page(words), layout).damaged).toBe(true);
  });

  it('does_not_believe_a_page_that_is_longer_than_what_was_read', () => {
    expect(readPage(page([head(1, 1), 7]).subarray(0, 20), layout)).toMatchObject({ events: [], damaged: true });
    expect(readPage(new Uint8Array(3), layout).damaged).toBe(true);
  });
});

describe('events of other kernels', () => {
  it('does_without_a_field_that_older_kernels_lack', () => {
    const older = capturedDecoder((text) => text.replace(/^.*group_dead;.*$/m, ''));
    expect(older.misunderstood).toEqual([]);
    const ends = capturedPages('kills').flatMap((bytes) =>
      readPage(bytes, layout).events.flatMap((event) => older.decode(event) ?? []),
    );
    expect(ends.find(({ kind }) => kind === 'exit')).toMatchObject({ groupDead: undefined });
  });

  it('says_which_events_it_does_not_understand', () => {
    const { misunderstood } = capturedDecoder((text) => text.replace(/pid_t pid;/, 'pid_t thread;'));
    expect(misunderstood).toEqual(['task/task_newtask', 'sched/sched_process_exec', 'signal/signal_generate']);
  });
});

it('reads_the_counters_of_a_cpu', () => {
  const text =
    'entries: 26\noverrun: 4\ncommit overrun: 1\nbytes: 1172\noldest event ts:  1827.173802\nnow ts:  1827.401877\ndropped events: 2\nread events: 31\n';
  expect(parseCpuStats(text)).toEqual({ read: 31, dropped: 3, now: 1_827_401_877_000n });
  expect(parseCpuStats('now ts: 12345\n')).toEqual({ read: 0, dropped: 0, now: undefined });
});
