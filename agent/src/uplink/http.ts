/** Requests to the API over kept-alive connections. Nobody else speaks HTTP with it; a failed exchange is a value. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { agentLimits } from '../limits.js';
import { proxyAuthorization } from './proxy.js';
import { TunnelAgent } from './tunnel.js';

export interface Reply {
  readonly status: number;
  /** Undefined when the body is not JSON. */
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
  /** The header, RFC 9110 6.6.1. */
  readonly date?: string | undefined;
}

/** `lost`: nobody knows whether the server took it. */
export type Exchange = Reply | { readonly status: 'lost'; readonly reason: string };

export interface HttpClient {
  post(path: string, token: string, body: string): Promise<Exchange>;
  close(): void;
}

/** An answer whose body goes on and on: whoever asked reads it, and destroys it. */
export interface Stream {
  readonly status: number;
  readonly body: IncomingMessage;
  readonly retryAfterMs: number | undefined;
  readonly date: string | undefined;
}

/** Also asks: for the doctor, and for commands. */
export interface ApiClient extends HttpClient {
  get(path: string, token?: string): Promise<Exchange>;
  /** `signal` ends it, also while it is being opened. */
  openStream(path: string, token: string, signal: AbortSignal): Promise<Stream | Extract<Exchange, { status: 'lost' }>>;
}

interface Sending {
  readonly method: 'GET' | 'POST';
  readonly headers: OutgoingHttpHeaders;
  readonly timeoutMs: number;
  readonly payload?: Uint8Array;
}

const compress = promisify(gzip);

/** `ca`: certificates in PEM to trust instead of the public ones. */
export function createHttpClient(api: URL, ca: string | undefined, proxy?: URL): ApiClient {
  const agent = createAgent(api, ca, proxy);
  const request = api.protocol === 'https:' ? httpsRequest : httpRequest;
  const base = api.pathname.replace(/\/+$/, '');
  // To a proxy plain HTTP names its target in full (RFC 9112 3.2.2).
  const plainProxy = api.protocol === 'http:' ? proxy : undefined;
  const address = (path: string) => new URL(`${base}${path}`, api);
  const route = (path: string) =>
    plainProxy && { hostname: plainProxy.hostname, port: plainProxy.port || 80, path: address(path).href };
  const viaProxy = plainProxy && { host: api.host, ...proxyAuthorization(plainProxy) };
  const optionsOf = (path: string, method: string, headers: OutgoingHttpHeaders) => ({
    ...{ method, agent },
    headers: { accept: 'application/json', ...headers, ...viaProxy },
    ...route(path),
  });
  const exchange = (path: string, { method, headers, timeoutMs, payload }: Sending) =>
    new Promise<Exchange>((resolve) => {
      const lost = (error: Error) => resolve({ status: 'lost', reason: reasonOf(error) });
      const options = { ...optionsOf(path, method, headers), signal: AbortSignal.timeout(timeoutMs) };
      const sent = request(address(path), options, (response) => readReply(response).then(resolve, lost));
      sent.on('error', lost);
      sent.end(payload);
    });
  return {
    get: (path, token) =>
      exchange(path, { method: 'GET', headers: bearer(token), timeoutMs: agentLimits.healthTimeoutMs }),
    async post(path, token, body) {
      const small = body.length < agentLimits.compressFromBytes;
      const payload = small ? Buffer.from(body) : await compress(body, { level: 1 });
      const headers = {
        'content-type': 'application/json',
        'content-length': payload.byteLength,
        ...bearer(token),
        ...(!small && { 'content-encoding': 'gzip' }),
      };
      return exchange(path, { method: 'POST', headers, timeoutMs: agentLimits.requestTimeoutMs, payload });
    },
    openStream: (path, token, signal) =>
      new Promise((resolve) => {
        const headers = { ...bearer(token), accept: 'text/event-stream', 'cache-control': 'no-store' };
        const options = { ...optionsOf(path, 'GET', headers), signal };
        const sent = request(address(path), options, (response) => {
          clearTimeout(impatience);
          // It may break at any time; `close` says so to whoever reads it.
          response.on('error', () => undefined);
          resolve({ ...headOf(response), body: response });
        });
        const impatience = setTimeout(
          () => sent.destroy(new Error('it does not answer')),
          agentLimits.requestTimeoutMs,
        );
        sent.on('error', (error) => {
          clearTimeout(impatience);
          resolve({ status: 'lost', reason: reasonOf(error) });
        });
        sent.end();
      }),
    close: () => agent.destroy(),
  };
}

const bearer = (token: string | undefined) => (token === undefined ? {} : { authorization: `Bearer ${token}` });

function createAgent(api: URL, ca: string | undefined, proxy: URL | undefined): HttpAgent {
  // Batches, reports of commands, and the stream that they come on.
  const options = { keepAlive: true, maxSockets: 3 };
  if (api.protocol === 'http:') return new HttpAgent(options);
  return proxy === undefined
    ? new HttpsAgent({ ...options, ...(ca !== undefined && { ca }) })
    : new TunnelAgent(proxy, ca, options);
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > agentLimits.replyBytesMax) throw new Error('the reply is too long');
    chunks.push(chunk);
  }
  return { ...headOf(response), body: parseJson(Buffer.concat(chunks).toString('utf8')) };
}

function headOf({ statusCode = 0, headers }: IncomingMessage) {
  return { status: statusCode, retryAfterMs: parseRetryAfter(headers['retry-after']), date: headers.date };
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
