import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Batch, limits, type AgentStartEvent, type KnownEvent } from '../../../src/contract/index.js';
import { agentLimits } from '../limits.js';
import { silentLog } from '../log.js';
import type { Exchange, HttpClient } from './http.js';
import { CrashDisk } from '../spool/disk.fixture.js';
import { Spool } from '../spool/spool.js';
import { Uplink, type UplinkOptions } from './uplink.js';

const bootId = '8ad10c6f-8cbb-42a1-9577-48d9f27d8e46';
const event = (at: number): KnownEvent => ({ kind: 'exit', at: String(at), pid: at, start: '1', coreDumped: false });
const startEvent: AgentStartEvent = {
  kind: 'agent_start',
  at: '0',
  version: '1',
  rung: 'ebpf',
  blindSpots: [],
  kernel: '6',
  arch: 'x86_64',
  resumed: false,
};
const lost: Exchange = { status: 'lost', reason: 'ECONNRESET' };
const reply = (status: number, body: unknown = {}, retryAfterMs?: number): Exchange => ({ status, body, retryAfterMs });
const problem = (status: number, more = {}) =>
  reply(status, { type: 'x', title: 'x', status, code: 'x/y', detail: 'no', ...more });
const ack = (batch: Batch): Exchange =>
  reply(200, { epoch: batch.epoch, committed: batch.sequence + batch.events.length - 1 });

/** The fake wire: `answer` decides per request; without an answer the batch is acknowledged. */
function setUp(answer: (batch: Batch, request: number) => Exchange | undefined, changes: Partial<UplinkOptions> = {}) {
  const batches: Batch[] = [];
  const delivered: number[] = [];
  const stored = new Map<string, KnownEvent>();
  const http: HttpClient = {
    post: (_path, token, body) => {
      expect(token).toBe('credential');
      const batch = Batch.parse(JSON.parse(body));
      batches.push(batch);
      const exchange = answer(batch, batches.length) ?? ack(batch);
      if (exchange.status === 200) {
        batch.events.forEach((one, index) => stored.set(`${batch.epoch} ${batch.sequence + index}`, one as KnownEvent));
      }
      return Promise.resolve(exchange);
    },
    close: () => undefined,
  };
  const spool = new Spool({
    disk: new CrashDisk(),
    header: { epoch: randomUUID(), bootId, bootedAt: '2026-01-01T00:00:00.000Z', start: startEvent },
    bytesMax: 1e9,
    log: silentLog,
  });
  const push = (one: KnownEvent, position: number) => {
    spool.push(one);
    spool.commit(position, position);
  };
  const uplink = new Uplink({
    http,
    credential: 'credential',
    spool,
    bootedAt: () => '2026-01-01T00:00:00.000Z',
    log: silentLog,
    onDelivered: () => [...stored.values()].slice(delivered.length).forEach(({ at }) => delivered.push(Number(at))),
    openingEvents: () => [{ ...startEvent, resumed: true }],
    ...changes,
  });
  return { uplink, push, spool, batches, delivered, stored };
}

describe('Uplink', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

  it('numbers_events_from_1_without_a_gap', async () => {
    const { uplink, push, spool, batches, delivered } = setUp(() => undefined);
    push(startEvent, 0);
    push(event(1), 1);
    uplink.start();
    await pass(50);
    push(event(2), 2);
    push(event(3), 3);
    await pass(300);
    expect(batches.map(({ sequence, events }) => [sequence, events.length])).toEqual([
      [1, 2],
      [3, 2],
    ]);
    expect(delivered).toEqual([0, 1, 2, 3]);
    expect(spool.isEmpty).toBe(true);
  });

  it('resends_the_batch_when_the_reply_is_lost', async () => {
    const { uplink, push, batches, delivered } = setUp((_, request) => (request < 3 ? lost : undefined));
    push(event(1), 1);
    uplink.start();
    await pass(10);
    push(event(2), 2);
    await pass(5_000);
    expect(batches[1]).toEqual(batches[0]);
    expect(batches[2]).toEqual(batches[0]);
    expect(batches[3]).toMatchObject({ sequence: 2 });
    expect(delivered).toEqual([1, 2]);
  });

  it.each([429, 500, 502, 503])(
    'comes back after status %i, not before the time that was asked for',
    async (status) => {
      const { uplink, push, batches } = setUp((_, request) => (request === 1 ? reply(status, {}, 20_000) : undefined));
      push(event(1), 1);
      uplink.start();
      await pass(19_900);
      expect(batches).toHaveLength(1);
      await pass(300);
      expect(batches).toHaveLength(2);
    },
  );

  it('lets_signals_that_changed_nothing_wait_for_company_and_not_for_ever', async () => {
    const { uplink, push, batches } = setUp(() => undefined);
    const caught = (at: number): KnownEvent => ({
      ...{ kind: 'signal', at: String(at), signal: 10, code: 0, target: { pid: 7, start: '1' } },
      ...{ disposition: 'caught', result: 'delivered' },
    });
    uplink.start();
    push(startEvent, 1);
    await pass(200);
    expect(batches).toHaveLength(1);
    push(caught(2), 2);
    await pass(1_000);
    expect(batches).toHaveLength(1);
    push(event(3), 3);
    await pass(200);
    expect(batches[1]?.events.map(({ kind }) => kind)).toEqual(['signal', 'exit']);
    push(caught(4), 4);
    await pass(agentLimits.lazyFlushMs + 500);
    expect(batches[2]?.events.map(({ kind }) => kind)).toEqual(['signal']);
    push(caught(5), 5);
    await pass(500);
    void uplink.stop(1_000);
    await pass(200);
    expect(batches).toHaveLength(4);
  });

  it('sends_only_the_rest_when_the_server_has_a_part_already', async () => {
    const { uplink, push, batches } = setUp((batch, request) =>
      request === 1 ? reply(200, { epoch: batch.epoch, committed: 2 }) : undefined,
    );
    for (const at of [1, 2, 3]) push(event(at), at);
    uplink.start();
    await pass(300);
    expect(batches[1]).toMatchObject({ sequence: 3, events: [event(3)] });
  });

  it('resyncs_where_the_server_stands_when_it_still_can', async () => {
    const { uplink, push, batches } = setUp((_, request) =>
      request === 1 ? problem(409, { committed: 1 }) : undefined,
    );
    for (const at of [1, 2, 3]) push(event(at), at);
    uplink.start();
    await pass(1_000);
    expect(batches[1]).toMatchObject({ sequence: 2 });
    expect(batches[1]?.epoch).toBe(batches[0]?.epoch);
  });

  it('begins_a_new_epoch_with_agent_start_when_the_server_has_lost_our_numbering', async () => {
    const { uplink, push, batches } = setUp((_, request) =>
      request === 2 ? problem(409, { committed: 0 }) : undefined,
    );
    push(startEvent, 0);
    push(event(1), 1);
    uplink.start();
    await pass(50);
    push(event(2), 2);
    await pass(2_000);
    expect(batches[2]?.epoch).not.toBe(batches[0]?.epoch);
    expect(batches[2]).toMatchObject({ sequence: 1, events: [{ kind: 'agent_start' }, event(2)] });
  });

  it('does_not_pile_up_openings_when_every_epoch_is_refused', async () => {
    const { uplink, push, batches } = setUp(() => problem(409));
    push(startEvent, 0);
    push(event(1), 1);
    uplink.start();
    await pass(60_000);
    expect(batches.length).toBeGreaterThan(5);
    expect(batches.at(-1)?.events).toHaveLength(2);
  });

  it.each([400, 413])('finds_the_one_event_that_is_refused_with_%i_and_tells_a_loss_in_its_place', async (status) => {
    const bad = (batch: Batch) => batch.events.some((one) => one.kind === 'exit' && one.at === '7');
    const { uplink, push, stored, batches } = setUp((batch) => (bad(batch) ? problem(status) : undefined));
    for (let at = 1; at <= 20; at += 1) push(event(at), at);
    uplink.start();
    await pass(5_000);
    const epoch = batches[0]?.epoch ?? '';
    for (let at = 1; at <= 20; at += 1) {
      const expected = at === 7 ? { kind: 'loss', cause: 'rejected', since: '7', until: '7', count: 1 } : event(at);
      expect(stored.get(`${epoch} ${at}`)).toMatchObject(expected);
    }
  });

  it('stops_throwing_events_away_when_the_server_refuses_everything', async () => {
    const { uplink, push, batches } = setUp((_, request) => (request < 60 ? problem(400) : undefined));
    for (let at = 1; at <= 100; at += 1) push(event(at), at);
    uplink.start();
    await pass(600_000);
    const losses = batches.at(-1)?.events.filter(({ kind }) => kind === 'loss') ?? [];
    expect(losses.length).toBeLessThan(10);
  });

  it('keeps_events_and_asks_slowly_when_the_credential_is_refused', async () => {
    const warn = vi.fn();
    const { uplink, push, batches, delivered } = setUp((_, request) => (request < 4 ? problem(401) : undefined), {
      log: { ...silentLog, warn },
    });
    push(event(1), 1);
    uplink.start();
    await pass(25_000);
    expect(batches.length).toBeLessThanOrEqual(3);
    expect(warn).toHaveBeenCalledOnce();
    await pass(60_000);
    expect(delivered).toEqual([1]);
  });

  it('does_not_believe_an_acknowledgement_of_another_epoch', async () => {
    const { uplink, push, delivered } = setUp((_, request) =>
      request === 1 ? reply(200, { epoch: bootId, committed: 5 }) : undefined,
    );
    push(event(1), 1);
    uplink.start();
    await pass(50);
    expect(delivered).toEqual([]);
    await pass(1_000);
    expect(delivered).toEqual([1]);
  });

  it('never_sends_a_batch_that_the_wire_does_not_allow', async () => {
    const { uplink, spool, batches } = setUp(() => undefined);
    for (let at = 1; at <= limits.batchEventsMax * 2 + 1; at += 1) spool.push(event(at));
    spool.flush();
    uplink.start();
    await pass(1_000);
    expect(batches.map(({ events }) => events.length)).toEqual([limits.batchEventsMax, limits.batchEventsMax, 1]);
  });

  it('sends_what_is_left_before_it_stops_and_gives_up_in_time', async () => {
    const good = setUp(() => undefined);
    good.uplink.start();
    good.push(event(1), 1);
    const stopping = good.uplink.stop(3_000);
    await pass(500);
    expect(await stopping).toBe(true);
    const bad = setUp(() => lost);
    bad.uplink.start();
    bad.push(event(1), 1);
    const failing = bad.uplink.stop(3_000);
    await pass(3_100);
    expect(await failing).toBe(false);
  });
});
