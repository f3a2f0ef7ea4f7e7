/** POST over a kept-alive connection. The only user of node:http(s); a failed exchange is a value. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { agentLimits } from '../limits.js';

export interface Reply {
  readonly status: number;
  /** Undefined when the body is not JSON. */
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

/** `lost`: nobody knows whether the server took it. */
export type Exchange = Reply | { readonly status: 'lost'; readonly reason: string };

export interface HttpClient {
  post(path: string, token: string, body: string): Promise<Exchange>;
  close(): void;
}

const compress = promisify(gzip);

/** `ca`: certificates in PEM to trust instead of the public ones. */
export function createHttpClient(api: URL, ca: string | undefined): HttpClient {
  const secure = api.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets: 2 };
  const agent = secure
    ? new HttpsAgent({ ...agentOptions, ...(ca !== undefined && { ca }) })
    : new HttpAgent(agentOptions);
  const request = secure ? httpsRequest : httpRequest;
  const base = api.pathname.replace(/\/+$/, '');

  return {
    async post(path, token, body) {
      const small = body.length < agentLimits.compressFromBytes;
      const payload = small ? Buffer.from(body) : await compress(body, { level: 1 });
      const headers = {
        'content-type': 'application/json',
        'content-length': payload.byteLength,
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(!small && { 'content-encoding': 'gzip' }),
      };
      return new Promise((resolve) => {
        const lost = (error: Error) => resolve({ status: 'lost', reason: reasonOf(error) });
        const options = { method: 'POST', agent, headers, signal: AbortSignal.timeout(agentLimits.requestTimeoutMs) };
        const sent = request(new URL(`${base}${path}`, api), options, (response) => {
          readReply(response).then(resolve, lost);
        });
        sent.on('error', lost);
        sent.end(payload);
      });
    },
    close: () => agent.destroy(),
  };
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > agentLimits.replyBytesMax) throw new Error('the reply is too long');
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    body: parseJson(Buffer.concat(chunks).toString('utf8')),
    retryAfterMs: parseRetryAfter(response.headers['retry-after']),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Seconds; the form with a date is not used between us. */
function parseRetryAfter(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : undefined;
}

function reasonOf(error: Error & { code?: string }): string {
  return error.code ?? error.message;
}
