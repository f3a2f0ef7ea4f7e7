/**
 * A tiny API for the agent's tests: checks every batch against the contract, numbers as the real one does, and can be
 * told to misbehave. What it has stored is what a database would hold.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { mentionsOf } from '../../agent/src/track/mentions.fixture.js';
import {
  Batch,
  EnrollRequest,
  Report,
  type EnrollReply,
  type KnownEvent,
  type ProcessEvent,
  type ProcessRef,
} from '../../src/contract/index.js';

/** What to do with a batch instead of storing and acknowledging it. */
export type Misbehaviour = 'lose' | 'store-and-lose' | 500 | 503 | 409 | undefined;

export interface TestApi {
  readonly url: string;
  /** Stored events, each once, over all epochs. */
  readonly events: KnownEvent[];
  readonly enrolled: EnrollRequest[];
  /** Complaints about the agent: anything here is a bug. */
  readonly complaints: string[];
  misbehave: (batch: Batch, request: number) => Misbehaviour;
  /** What commands are signed with; the agent takes none when there is none at its enrolment. */
  commandKey: string | undefined;
  /** Sent again on each connection until there is a report of their end: envelopes by command id. */
  readonly commands: Map<string, string>;
  /** As they came, repeated ones included. */
  readonly reports: Report[];
  /** Undefined: take it. */
  misreport: (report: Report) => 'lose' | 500 | undefined;
  /** Connections of the command stream that are open. */
  readonly listeners: ReadonlySet<ServerResponse>;
  command(id: string, envelope: string): void;
  deathOf(pid: number): Death | undefined;
  close(): Promise<void>;
}

export interface Death {
  readonly exit: Extract<KnownEvent, { kind: 'exit' }>;
  readonly process: ProcessEvent | undefined;
  readonly signals: readonly Extract<KnownEvent, { kind: 'signal' }>[];
  /** Who sent the last signal. */
  readonly sender: ProcessEvent | undefined;
}

export const enrollToken = 'one-use';
const credential = 'whose-credential';

export async function startApi(): Promise<TestApi> {
  const committed = new Map<string, number>();
  const described = new Set<string>();
  const listeners = new Set<ServerResponse>();
  let requests = 0;
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const reply = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (request.url === '/v1/enroll') {
      if (request.headers.authorization !== `Bearer ${enrollToken}`) return reply(401, problem(401));
      api.enrolled.push(EnrollRequest.parse(body));
      const { commandKey } = api;
      return reply(201, {
        hostId: '1',
        credential,
        ...(commandKey !== undefined && { commandKey }),
      } satisfies EnrollReply);
    }
    if (request.headers.authorization !== `Bearer ${credential}`) api.complaints.push('wrong credential');
    if (request.url === '/v1/commands') return stream(response);
    if (request.url === '/v1/reports') return takeReport(Report.safeParse(body), response);
    const parsed = Batch.safeParse(body);
    if (!parsed.success) {
      api.complaints.push(parsed.error.message);
      return reply(400, problem(400));
    }
    requests += 1;
    const fault = api.misbehave(parsed.data, requests);
    if (fault === 'lose') return void response.destroy();
    if (typeof fault === 'number') return reply(fault, problem(fault, fault === 409 ? { committed: 0 } : {}));
    const before = committed.get(parsed.data.epoch) ?? 0;
    if (parsed.data.sequence > before + 1) return reply(409, problem(409, { committed: before }));
    store(parsed.data, before);
    if (fault === 'store-and-lose') return void response.destroy();
    reply(200, { epoch: parsed.data.epoch, committed: committed.get(parsed.data.epoch) ?? 0 });
  }

  function stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': here\n\n');
    listeners.add(response);
    response.once('close', () => listeners.delete(response));
    const isDue = (id: string) => !api.reports.some(({ command, state }) => command === id && state !== 'ACCEPTED');
    for (const [id, envelope] of api.commands) if (isDue(id)) response.write(eventOf(id, envelope));
  }

  function takeReport(parsed: ReturnType<typeof Report.safeParse>, response: ServerResponse): void {
    if (!parsed.success) api.complaints.push(parsed.error.message);
    const fault = parsed.data && api.misreport(parsed.data);
    if (fault === 'lose') return void response.destroy();
    if (fault === undefined && parsed.data) api.reports.push(parsed.data);
    response.writeHead(fault ?? 204).end();
  }

  function store(batch: Batch, before: number): void {
    batch.events.forEach((event, index) => {
      const number = batch.sequence + index;
      if (number <= before) return;
      if (number === 1 && event.kind !== 'agent_start') api.complaints.push('an epoch without agent_start');
      committed.set(batch.epoch, number);
      api.events.push(event as KnownEvent);
      checkRefs(event as KnownEvent);
    });
  }

  /** The contract: described before it is referred to. */
  function checkRefs(event: KnownEvent): void {
    for (const ref of mentionsOf(event)) {
      if (!described.has(key(ref))) api.complaints.push(`${event.kind} refers to ${key(ref)}, never described`);
    }
    if (event.kind === 'process') described.add(key(event));
  }

  const api: TestApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events: [],
    enrolled: [],
    complaints: [],
    misbehave: () => undefined,
    commandKey: undefined,
    commands: new Map(),
    reports: [],
    misreport: () => undefined,
    listeners,
    command(id, envelope) {
      api.commands.set(id, envelope);
      for (const listener of listeners) listener.write(eventOf(id, envelope));
    },
    deathOf: (pid) => deathOf(api.events, pid),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

/** The last death of a pid, with the last description of everybody in it. */
function deathOf(events: readonly KnownEvent[], pid: number): Death | undefined {
  const exit = events.filter((event) => event.kind === 'exit').findLast((event) => event.pid === pid);
  if (exit === undefined) return undefined;
  const signals = events.filter((event) => event.kind === 'signal').filter(({ target }) => key(target) === key(exit));
  const sender = signals.at(-1)?.sender;
  return { exit, signals, process: describedAs(events, exit), sender: sender && describedAs(events, sender) };
}

/** A description without a command line does not replace one that has it, as in prisma/sql/insert-processes.sql. */
function describedAs(events: readonly KnownEvent[], ref: ProcessRef): ProcessEvent | undefined {
  const found = events.filter((event) => event.kind === 'process').filter((event) => key(event) === key(ref));
  return found.findLast(({ args }) => args.length > 0) ?? found.at(-1);
}

export function key({ pid, start }: ProcessRef): string {
  return `${pid}:${start}`;
}

function eventOf(id: string, envelope: string): string {
  return `event: command\nid: ${id}\ndata: ${envelope}\n\n`;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  return bytes.length === 0 ? undefined : (JSON.parse(text.toString('utf8')) as unknown);
}

function problem(status: number, more: object = {}): object {
  return { type: 'about:blank', title: 'x', status, code: 'test/told', detail: 'As the test told it.', ...more };
}
