/** The server's other end: speaks the command stream as an agent does, verifies signatures, acts once, reports. */
import { createPublicKey, verify } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import { Command, commandPayloadType, Envelope, signedBytes, type Report } from '../../src/contract/index.js';
import type { TestHost } from './host.js';

/** SubjectPublicKeyInfo of Ed25519, before the 32 bytes of the key. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

type Ending = Partial<Pick<Report, 'state' | 'code' | 'detail' | 'steps' | 'before' | 'after' | 'actors'>>;

export interface TestAgent {
  /** Every command whose signature is right, in the order of arrival, repetitions included. */
  readonly received: readonly Command[];
  /** Envelopes whose signature is not. */
  readonly refused: readonly string[];
  /** Comments since it was opened. */
  readonly heartbeats: number;
  readonly closed: Promise<void>;
  report(command: Command, ending: Ending & { state: Report['state'] }): Promise<Response>;
  stop(): Promise<void>;
}

export interface TestAgentOptions {
  readonly url: string;
  readonly host: TestHost;
  /** What it does with a command that it has not had before; nothing: it stays silent. */
  readonly act?: (command: Command, agent: TestAgent) => Promise<void>;
}

/** Accepts, and says that it worked. */
export const succeed = async (command: Command, agent: TestAgent): Promise<void> => {
  await agent.report(command, { state: 'ACCEPTED', detail: 'about to act' });
  await agent.report(command, {
    state: 'SUCCEEDED',
    detail: 'done as asked',
    steps: [{ at: '5', text: 'did it', ok: true }],
    before: { mainPid: 100 },
    after: { mainPid: 200, activeState: 'active' },
    actors: [{ pid: 300, start: '300000000' }],
  });
};

export async function startTestAgent({ url, host, act }: TestAgentOptions): Promise<TestAgent> {
  const headers = { authorization: `Bearer ${host.credential}` };
  const response = await open(`${url}/v1/commands`, headers);
  const received: Command[] = [];
  const refused: string[] = [];
  const done = new Set<string>();
  let heartbeats = 0;

  const take = async (data: string) => {
    const command = verified(data, host.commandKey!);
    if (command === null) return void refused.push(data);
    received.push(command);
    if (done.has(command.id)) return;
    done.add(command.id);
    await act?.(command, agent);
  };
  const read = async () => {
    let text = '';
    for await (const chunk of response) {
      text += chunk as string;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const data = lines.find((line) => line.startsWith('data: '));
        if (data && lines.includes('event: command')) void take(data.slice(6));
        else if (lines[0]?.startsWith(':')) heartbeats++;
      }
    }
  };
  const closed = read().catch(() => undefined);
  const agent: TestAgent = {
    received,
    refused,
    get heartbeats() {
      return heartbeats;
    },
    closed,
    report: (command, ending) =>
      fetch(`${url}/v1/reports`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(reportOf(command, ending)),
      }),
    stop: async () => {
      response.destroy();
      await closed;
    },
  };
  return agent;
}

/** A connection of its own: fetch would open another one when the stream is left, and say nothing on it. */
function open(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, (response) => {
      response.setEncoding('utf8');
      if (response.statusCode === 200) resolve(response);
      else reject(new Error(`the stream was refused: ${response.statusCode}`));
    });
    sent.on('error', reject);
    sent.end();
  });
}

export function reportOf(command: Command, ending: Ending & { state: Report['state'] }): Report {
  const nothing = { steps: [], before: {}, after: {}, actors: [] };
  return { version: 1, command: command.id, detail: '', bootId: command.bootId, at: '5', ...nothing, ...ending };
}

/** Verified over exact bytes before anything of the payload is parsed. */
export function verified(data: string, commandKey: string): Command | null {
  const envelope = Envelope.parse(JSON.parse(data));
  const payload = Buffer.from(envelope.payload, 'base64');
  const der = Buffer.concat([spkiPrefix, Buffer.from(commandKey, 'base64')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const signature = Buffer.from(envelope.signatures[0]!.sig, 'base64');
  const fits = verify(null, signedBytes(commandPayloadType, payload), key, signature);
  return fits ? Command.parse(JSON.parse(payload.toString('utf8'))) : null;
}
