import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../../../src/contract/index.js';
import { silentLog } from '../log.js';
import type { ApiClient } from '../uplink/http.js';
import type { Message } from './sse.js';
import { CommandStream } from './stream.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Answer = Awaited<ReturnType<ApiClient['openStream']>>;

function setUp(answers: (request: number) => Answer) {
  const messages: Message[] = [];
  const questions: Message[] = [];
  const warn = vi.fn();
  const onOpen = vi.fn();
  let requests = 0;
  const stream = new CommandStream({
    http: {
      openStream: (_path, _token, signal) => {
        const answer = answers((requests += 1));
        if (answer.status === 'lost') return Promise.resolve(answer);
        const end = () => answer.body.destroy();
        signal.addEventListener('abort', end);
        answer.body.once('close', () => signal.removeEventListener('abort', end));
        return Promise.resolve(answer);
      },
    },
    credential: 'c',
    log: { ...silentLog, warn },
    onMessage: (message) => messages.push(message),
    onQuestion: (message) => questions.push(message),
    onOpen,
  });
  return { stream, messages, questions, warn, onOpen, requests: () => requests };
}

const open = (status = 200) => {
  const pipe = new PassThrough();
  const answer = { status, body: pipe as unknown as IncomingMessage, retryAfterMs: undefined, date: 'd' };
  return { pipe, answer };
};
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

it('gives_commands_and_questions_and_nothing_else_and_opens_again_what_broke', async () => {
  const lines = [open(), open()];
  const answers = (request: number) => lines[request - 1]?.answer ?? open().answer;
  const { stream, messages, questions, onOpen, requests } = setUp(answers);
  stream.start();
  await pass(0);
  lines[0]?.pipe.write(': here\n\nevent: other\ndata: 1\n\nevent: command\ndata: 2\n\nevent: question\ndata: 5\n\n');
  await pass(0);
  expect(questions.map(({ data }) => data)).toEqual(['5']);
  expect(messages.map(({ data }) => data)).toEqual(['2']);
  lines[0]?.pipe.destroy();
  await pass(1_000);
  lines[1]?.pipe.write('event: command\ndata: 3\n\n');
  await pass(0);
  expect(messages.map(({ data }) => data)).toEqual(['2', '3']);
  expect(onOpen).toHaveBeenCalledTimes(2);
  expect(onOpen).toHaveBeenCalledWith('d');
  await stream.stop();
  expect(requests()).toBe(2);
});

it('takes_a_silent_line_for_a_dead_one', async () => {
  const line = open();
  const { stream, requests } = setUp((request) => (request === 1 ? line.answer : open().answer));
  stream.start();
  for (let beat = 0; beat < 10; beat += 1) {
    await pass(limits.commandHeartbeatMs);
    line.pipe.write(':\n\n');
  }
  expect(requests()).toBe(1);
  await pass(limits.commandHeartbeatMs * 3);
  expect(requests()).toBe(2);
  await stream.stop();
});

it('ends_a_line_with_a_message_that_never_ends', async () => {
  const line = open();
  const { stream, requests, messages } = setUp((request) => (request === 1 ? line.answer : open().answer));
  stream.start();
  await pass(0);
  line.pipe.write(`event: command\ndata: ${'x'.repeat(300_000)}`);
  await pass(1_000);
  expect([requests(), messages]).toEqual([2, []]);
  await stream.stop();
});

it.each([
  [401, 10_000, 6],
  [404, 60_000, 1],
  [503, 60_000, 40],
])('asks_again_with_patience_after_status_%i', async (status, withinMs, most) => {
  const { stream, requests, warn } = setUp(() => open(status).answer);
  stream.start();
  await pass(withinMs - 1_000);
  expect(requests()).toBeLessThanOrEqual(most);
  await pass(withinMs);
  expect(requests()).toBeGreaterThan(1);
  expect(warn).toHaveBeenCalledOnce();
  await stream.stop();
});

it('does_not_hurry_when_each_line_breaks_at_once', async () => {
  const { stream, requests } = setUp(() => {
    const { pipe, answer } = open();
    setTimeout(() => pipe.destroy(), 1);
    return answer;
  });
  stream.start();
  await pass(60_000);
  expect(requests()).toBeLessThan(40);
  await stream.stop();
});
