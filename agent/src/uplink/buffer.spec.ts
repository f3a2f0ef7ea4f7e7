import { describe, expect, it } from 'vitest';
import type { KnownEvent } from '../contract.js';
import { EventBuffer } from './buffer.js';
import { mentionsOf } from './mentions.js';

const described = (pid: number, parent?: number): KnownEvent => ({
  kind: 'process',
  at: String(pid),
  pid,
  start: '1',
  origin: 'exec',
  comm: 'x',
  args: [],
  ...(parent !== undefined && { parent: { pid: parent, start: '1' } }),
});
const ended = (pid: number, at: number): KnownEvent => ({
  kind: 'exit',
  at: String(at),
  pid,
  start: '1',
  coreDumped: false,
});

describe('EventBuffer', () => {
  it('gives_events_in_order_bounded_by_number_and_by_bytes', () => {
    const buffer = new EventBuffer();
    for (let at = 1; at <= 10; at += 1) buffer.push(ended(1, at), at);
    expect(buffer.take(3, Infinity).map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(buffer.take(10, 600).map(({ position }) => position)).toEqual([4, 5]);
    expect(buffer.take(10, 1).map(({ position }) => position)).toEqual([6]);
    expect(buffer.drain()).toHaveLength(4);
    expect(buffer.size).toBe(0);
  });

  it('drops_the_oldest_when_full_and_counts_every_one_of_them', () => {
    const buffer = new EventBuffer({ eventsMax: 100, bytesMax: Infinity });
    for (let at = 1; at <= 1_000; at += 1) buffer.push(ended(1, at), at);
    const entries = buffer.drain();
    const [loss, ...kept] = entries.map(({ event }) => event);
    expect(entries.length).toBeLessThanOrEqual(101);
    expect(loss).toMatchObject({ kind: 'loss', cause: 'buffer-full', since: '1' });
    expect(loss?.kind === 'loss' && (loss.count ?? 0) + kept.length).toBe(1_000);
    expect(loss?.kind === 'loss' && Number(loss.until) + 1).toBe(Number(kept[0]?.at));
  });

  it('describes_again_whom_the_rest_still_refers_to', () => {
    const buffer = new EventBuffer({ eventsMax: 20, bytesMax: Infinity });
    buffer.push(described(1), 0);
    buffer.push(described(2, 1), 0);
    for (let at = 10; at < 60; at += 1) buffer.push(ended(2, at), at);
    const known = new Set<number>();
    for (const { event } of buffer.drain()) {
      for (const { pid } of mentionsOf(event)) expect(known).toContain(pid);
      if (event.kind === 'process') known.add(event.pid);
    }
    expect([...known]).toEqual([1, 2]);
  });

  it('never_drops_the_opening_of_an_epoch', () => {
    const buffer = new EventBuffer({ eventsMax: 10, bytesMax: Infinity });
    const start = { version: '1', rung: 'ebpf' as const, blindSpots: [], kernel: '6', arch: 'x', resumed: false };
    buffer.push({ kind: 'agent_start', at: '0', ...start }, 0);
    for (let at = 1; at < 100; at += 1) buffer.push(ended(1, at), at);
    expect(buffer.first?.event.kind).toBe('agent_start');
  });

  it('is_bounded_in_bytes_too', () => {
    const buffer = new EventBuffer({ eventsMax: Infinity, bytesMax: 10_000 });
    for (let at = 1; at <= 1_000; at += 1) buffer.push(ended(1, at), at);
    expect(buffer.size).toBeLessThan(45);
  });
});
