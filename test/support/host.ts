/** A host as its agent is: enrolled, with an epoch and numbered batches. */
import { createHash, randomUUID } from 'node:crypto';
import type { Batch, Event } from '../../src/contract/index.js';
import { bootedAt } from './events.js';
import type { Answer, Stack } from './stack.js';

export interface Reply {
  readonly status: number;
  readonly body: Answer;
  readonly headers: Headers;
}

export interface TestHost {
  readonly id: number;
  readonly name: string;
  readonly credential: string;
  /** Pinned: raw, base64. None where no worker had run yet. */
  readonly commandKey: string | undefined;
  readonly machineId: string;
  readonly epoch: string;
  readonly bootId: string;
  /** A batch that begins where the last accepted one ended. */
  batch(events: readonly Event[], overrides?: Partial<Batch>): Batch;
  /** Posts events as the next batch, or a batch as it is. */
  send(what: readonly Event[] | Batch): Promise<Reply>;
}

export async function enrollToken(stack: Pick<Stack, 'fetch'>): Promise<string> {
  const reply = await stack.fetch('/v1/enroll-tokens', { method: 'POST' });
  return ((await reply.json()) as { token: string }).token;
}

export const machineId = (name: string): string => createHash('md5').update(name).digest('hex');

export async function enroll(stack: Pick<Stack, 'fetch'>, token: string, name: string): Promise<Reply> {
  const body = JSON.stringify({ machineId: machineId(name), name });
  return replyOf(await stack.fetch('/v1/enroll', { method: 'POST', token, body }));
}

export async function enrollHost(stack: Pick<Stack, 'fetch'>, name: string): Promise<TestHost> {
  const { status, body } = await enroll(stack, await enrollToken(stack), name);
  if (status !== 201) throw new Error(`${name} could not enrol: ${status} ${JSON.stringify(body)}`);
  let next = 1;
  const host: TestHost = {
    id: Number(body.hostId),
    name,
    credential: body.credential,
    commandKey: body.commandKey,
    machineId: machineId(name),
    epoch: randomUUID(),
    bootId: randomUUID(),
    batch: (events, overrides = {}) => ({
      version: 1,
      epoch: host.epoch,
      sequence: next,
      bootId: host.bootId,
      bootedAt,
      events: [...events],
      ...overrides,
    }),
    send: async (what) => {
      const batch = 'events' in what ? what : host.batch(what);
      const init = { method: 'POST', token: host.credential, body: JSON.stringify(batch) };
      const reply = await replyOf(await stack.fetch('/v1/batches', init));
      if (reply.status === 200 && batch.epoch === host.epoch) next = reply.body.committed + 1;
      return reply;
    },
  };
  return host;
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
}
