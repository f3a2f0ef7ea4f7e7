import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Report } from '../../../src/contract/index.js';
import { silentLog } from '../log.js';
import type { Exchange } from '../uplink/http.js';
import { Reports } from './reports.js';
import { blankReport } from './report.js';
import { Paper } from './system.fixture.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const { ports } = new Paper();
const report = (number: number, state: Report['state'] = 'SUCCEEDED'): Report => ({
  ...blankReport(ports.system, `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`),
  state,
});
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const reply = (status: number): Exchange => ({ status, body: undefined, retryAfterMs: undefined });

function setUp(answer: (report: Report, request: number) => Exchange | Promise<Exchange>) {
  const sent: Report[] = [];
  const told: Report[] = [];
  const post = (_path: string, _token: string, body: string) => {
    const one = Report.parse(JSON.parse(body));
    sent.push(one);
    return Promise.resolve(answer(one, sent.length));
  };
  const onTold = (one: Report) => void told.push(one);
  return { reports: new Reports({ http: { post }, credential: 'c', log: silentLog, onTold }), sent, told };
}

it('tells_each_until_it_is_heard_in_their_order', async () => {
  const { reports, sent, told } = setUp((_, request) =>
    request === 1 ? { status: 'lost', reason: 'x' } : reply(request === 2 ? 503 : 204),
  );
  reports.push(report(1, 'ACCEPTED'));
  reports.push(report(1));
  await pass(10_000);
  expect(sent.map(({ state }) => state)).toEqual(['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'SUCCEEDED']);
  expect(told.map(({ state }) => state)).toEqual(['ACCEPTED', 'SUCCEEDED']);
});

it('lets_one_that_is_refused_for_good_go', async () => {
  const { reports, told } = setUp(() => reply(404));
  reports.push(report(1));
  await pass(10);
  expect(told).toHaveLength(1);
});

it('lets_others_go_first_when_the_server_fails_over_one', async () => {
  const { reports, told } = setUp(({ command }) => reply(command.endsWith('1') ? 500 : 204));
  for (const number of [1, 2, 3]) reports.push(report(number));
  await pass(60_000);
  expect(told.map(({ command }) => command.at(-1))).toEqual(['2', '3']);
  const stopping = reports.stop(1_000);
  await pass(1_000);
  await stopping;
});

it('does_not_wait_for_ever_at_the_end', async () => {
  const { reports, told } = setUp(() => new Promise(() => undefined));
  reports.push(report(1));
  const stopping = reports.stop(3_000);
  await pass(3_000);
  await stopping;
  expect(told).toEqual([]);
});
