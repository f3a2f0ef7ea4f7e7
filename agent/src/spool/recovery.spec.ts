/** What an agent finds in the spool of earlier ones. */
import { expect, it } from 'vitest';
import type { AgentStartEvent, KnownEvent } from '../contract.js';
import { silentLog } from '../log.js';
import { CrashDisk } from './disk.fixture.js';
import type { RunHeader } from './segment.js';
import { Spool } from './spool.js';

const blank = { version: '1', rung: 'ebpf', kernel: '6', arch: 'x', resumed: false } as const;
const start: AgentStartEvent = { kind: 'agent_start', at: '0', blindSpots: [], ...blank };
const run = (number: number, changes: Partial<RunHeader> = {}): RunHeader => ({
  epoch: `epoch-${number}`,
  bootId: 'boot-1',
  bootedAt: 'then',
  start,
  ...changes,
});
const open = (disk: CrashDisk, header: RunHeader) =>
  new Spool({ disk, header, bytesMax: 8_000, log: silentLog, syncMs: Infinity });

function write(spool: Spool, from: number, to: number): void {
  if (from === 1) spool.push(start);
  for (let at = from; at <= to; at += 1) {
    spool.push({ kind: 'exit', at: String(at), pid: 1, start: String(at), coreDumped: false });
    spool.commit(at, at);
  }
}

/** Sends all there is to a server that takes it, and has `stored` already; what it has then, by epoch. */
function deliver(spool: Spool, stored = new Map<string, KnownEvent[]>()): Map<string, KnownEvent[]> {
  for (let batch = spool.next(50, 1e6); batch !== undefined; batch = spool.next(50, 1e6)) {
    const events = stored.get(batch.epoch) ?? [];
    stored.set(batch.epoch, events);
    if (batch.sequence === events.length + 1) events.push(...batch.lines.map((line) => JSON.parse(line) as KnownEvent));
    expect(spool.acknowledge(events.length)).toBe('some');
  }
  return stored;
}

const segmentsOf = (disk: CrashDisk) => [...disk.files.keys()].filter((name) => name.endsWith('.segment')).toSorted();

it('sends_the_events_of_an_earlier_boot_as_what_they_are', () => {
  const disk = new CrashDisk();
  write(open(disk, run(1)), 1, 3);
  disk.kill();
  const spool = open(disk, run(2, { bootId: 'boot-2', bootedAt: 'now' }));
  write(spool, 1, 2);
  expect(spool.next(50, 1e6)).toMatchObject({ epoch: 'epoch-1', sequence: 1, bootId: 'boot-1', bootedAt: 'then' });
  spool.acknowledge(4);
  expect(spool.next(50, 1e6)).toMatchObject({ epoch: 'epoch-2', sequence: 1, bootId: 'boot-2', bootedAt: undefined });
});

it('goes_on_after_the_last_acknowledged_event', () => {
  const disk = new CrashDisk();
  const first = open(disk, run(1));
  write(first, 1, 9);
  first.next(5, 1e6);
  first.acknowledge(5);
  disk.kill();
  const batch = open(disk, run(2)).next(50, 1e6);
  expect(batch).toMatchObject({ epoch: 'epoch-1', sequence: 6 });
  expect(batch?.lines).toHaveLength(5);
});

it('skips_a_rotten_frame_to_the_next_segment_and_counts_what_is_lost', () => {
  const disk = new CrashDisk();
  write(open(disk, run(1)), 1, 60);
  disk.kill();
  const [rotten = '', ...others] = segmentsOf(disk);
  expect(others.length).toBeGreaterThan(1);
  const { written } = disk.files.get(rotten)!;
  written[written.length >> 1]! ^= 1;
  const [before = [], after = []] = [...deliver(open(disk, run(2))).values()];
  const loss = after.find((event) => event.kind === 'loss');
  expect(loss).toMatchObject({ cause: 'spool-damaged', since: before.at(-1)?.at, until: after[2]?.at });
  const exits = [...before, ...after].filter(({ kind }) => kind === 'exit').length;
  expect(exits + (loss?.kind === 'loss' ? (loss.count ?? 0) : 0)).toBe(60);
  expect(after[0]).toMatchObject({ kind: 'agent_start' });
});

it('sets_a_segment_of_another_version_aside_and_says_so', () => {
  const disk = new CrashDisk();
  write(open(disk, run(1)), 1, 3);
  disk.kill();
  const [name = ''] = segmentsOf(disk);
  disk.files.get(name)!.written.writeUInt32LE(2, 8);
  const spool = open(disk, run(2));
  expect(spool.foreign).toEqual([name]);
  expect(disk.files.has('foreign')).toBe(true);
  write(spool, 1, 1);
  expect(deliver(spool).get('epoch-2')).toHaveLength(2);
});

it('keeps_nothing_on_disk_that_the_server_has_but_the_last_segment', () => {
  const disk = new CrashDisk();
  const spool = open(disk, run(1));
  write(spool, 1, 60);
  deliver(spool);
  expect(segmentsOf(disk)).toHaveLength(1);
  expect(spool.isEmpty).toBe(true);
});

it('lets_the_ring_go_only_once_the_events_are_synced_or_acknowledged', async () => {
  const disk = new CrashDisk();
  const spool = open(disk, run(1));
  write(spool, 1, 3);
  expect(spool.releasable).toBe(0);
  await spool.sync();
  expect(spool.releasable).toBeUndefined();
  write(spool, 4, 5);
  expect(spool.releasable).toBe(3);
  spool.next(50, 1e6);
  spool.acknowledge(5);
  expect(spool.releasable).toBe(4);
});

it('writes_again_what_a_failed_sync_may_have_lost', async () => {
  const disk = new CrashDisk();
  const spool = open(disk, run(1));
  write(spool, 1, 3);
  disk.failing = { sync: 'EIO' };
  await spool.sync();
  expect(spool.isDurable).toBe(false);
  expect(spool.next(50, 1e6)?.lines).toHaveLength(4);
});

it('delivers_from_memory_when_nothing_can_be_written_and_counts_what_memory_cannot_hold', () => {
  const disk = new CrashDisk();
  disk.failing = { create: 'EROFS', replace: 'EROFS', remove: 'EROFS' };
  const memory = { bytesMax: 8_000, memoryBytesMax: 2_000, log: silentLog, syncMs: Infinity };
  const spool = new Spool({ disk, header: run(1), ...memory });
  write(spool, 1, 10);
  expect(spool.releasable).toBe(0);
  const early = spool.next(5, 1e6);
  spool.acknowledge(5);
  expect(early?.lines).toHaveLength(5);
  expect(spool.releasable).toBe(4);
  write(spool, 11, 100);
  const stored = (early?.lines ?? []).map((line) => JSON.parse(line) as KnownEvent);
  const events = [...deliver(spool, new Map([['epoch-1', stored]])).values()].flat();
  const loss = events.find((event) => event.kind === 'loss');
  expect(loss).toMatchObject({ cause: 'buffer-full', since: '4' });
  const kept = events.filter(({ kind }) => kind === 'exit').length;
  expect(kept + (loss?.kind === 'loss' ? (loss.count ?? 0) : 0)).toBe(100);
});
