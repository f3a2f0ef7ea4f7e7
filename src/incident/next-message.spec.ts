import { expect, test } from 'vitest';
import { nextMessage, type Waiting } from './next-message.js';

const now = new Date('2026-11-22T03:00:00Z');
const later = new Date(now.getTime() + 60_000);

const row = (id: string, incidentId: string, more: Partial<Waiting> = {}): Waiting => ({
  ...{ id, incidentId, change: 'UPDATED', messageId: null, nextAt: now },
  ...more,
});
const next = (waiting: readonly Waiting[], slots = 10, incidentsMax: number | null = null) =>
  nextMessage(waiting, { slots, incidentsMax, now });

test('sends_nothing_without_a_slot_or_without_work', () => {
  expect(next([row('1', 'a')], 0)).toBeNull();
  expect(next([])).toBeNull();
});

test('sends_one_at_a_time_in_order_while_there_is_room', () => {
  expect(next([row('1', 'a'), row('2', 'b')])).toEqual({ messageId: null, ids: ['1'], superseded: [] });
});

test('nothing_overtakes_a_message_of_its_incident_that_waits', () => {
  const waiting = [row('1', 'a', { messageId: 'm', nextAt: later }), row('2', 'a'), row('3', 'b')];
  expect(next(waiting)?.ids).toEqual(['3']);
  expect(next(waiting.slice(0, 2))).toBeNull();
});

test('a_message_that_was_begun_goes_again_whole_under_its_id', () => {
  const waiting = [
    row('1', 'a', { messageId: 'm' }),
    row('2', 'b', { messageId: 'm' }),
    row('3', 'c', { nextAt: later }),
  ];
  expect(next(waiting)).toEqual({ messageId: 'm', ids: ['1', '2'], superseded: [] });
});

test('a_message_that_fails_and_fails_does_not_keep_the_others', () => {
  const failing = row('1', 'a', { messageId: 'm', nextAt: now });
  const waited = row('2', 'b', { nextAt: new Date(now.getTime() - 1) });
  expect(next([failing, waited])?.ids).toEqual(['2']);
});

test('what_is_more_than_the_room_is_told_together', () => {
  const waiting = [row('1', 'a'), row('2', 'b'), row('3', 'a'), row('4', 'c')];
  expect(next(waiting, 2, 40)?.ids).toEqual(['1', '2', '3', '4']);
  expect(next(waiting, 2, 2)?.ids).toEqual(['1', '2', '3']);
});

test('where_it_cannot_be_told_together_later_updates_cover_earlier_ones_but_nothing_else', () => {
  const waiting = [
    row('1', 'a', { change: 'OPENED' }),
    row('2', 'a'),
    row('3', 'a'),
    row('4', 'a', { change: 'RESOLVED' }),
  ];
  expect(next(waiting, 2)).toEqual({ messageId: null, ids: ['1'], superseded: [] });
  expect(next(waiting.slice(1), 2)).toEqual({ messageId: null, ids: ['4'], superseded: ['2', '3'] });
});
