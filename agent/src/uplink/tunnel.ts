/**
 * TLS to the API through a proxy: CONNECT (RFC 9110 9.3.6), then the handshake with the API itself, so that the proxy sees
 * where we go and nothing else. Node 20 has no proxies of its own; Node 24 has (`proxyEnv`).
 */
import { request as httpRequest, type ClientRequest } from 'node:http';
import { Agent, request as httpsRequest, type AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { agentLimits } from '../limits.js';
import { proxyAuthorization } from './proxy.js';

type Done = (error: Error | null, stream: Duplex) => void;

export class TunnelAgent extends Agent {
  readonly #proxy: URL;
  readonly #ca: string | undefined;
  readonly #connecting = new Set<ClientRequest>();

  /** `ca` holds for the API, and for a proxy that is spoken to by TLS. */
  constructor(proxy: URL, ca: string | undefined, options: AgentOptions) {
    super({ ...options, ...(ca !== undefined && { ca }) });
    this.#proxy = proxy;
    this.#ca = ca;
  }

  override createConnection(options: ConnectionOptions, done: Done): undefined {
    const target = `${bracketed(options.host ?? '')}:${options.port ?? 443}`;
    const connecting = this.#request(target);
    this.#connecting.add(connecting);
    // The callback's second argument counts only when there is no error.
    const fail = (reason: string) => done(new Error(reason), undefined as unknown as Duplex);
    connecting.once('close', () => this.#connecting.delete(connecting));
    connecting.once('timeout', () => connecting.destroy(new Error('it does not answer')));
    connecting.once('error', (error: NodeJS.ErrnoException) => fail(`proxy: ${error.code ?? error.message}`));
    connecting.once('response', ({ statusCode }) => {
      connecting.destroy();
      fail(refusal(statusCode));
    });
    connecting.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return fail(refusal(statusCode));
      }
      socket.setTimeout(0);
      done(null, connectTls({ ...options, socket }));
    });
    connecting.end();
    return undefined;
  }

  override destroy(): void {
    for (const connecting of this.#connecting) connecting.destroy();
    super.destroy();
  }

  #request(target: string): ClientRequest {
    const { protocol, hostname, port } = this.#proxy;
    const secure = protocol === 'https:';
    const options = {
      method: 'CONNECT',
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (secure ? 443 : 80) : Number(port),
      path: target,
      headers: { host: target, ...proxyAuthorization(this.#proxy) },
      agent: false as const,
      timeout: agentLimits.requestTimeoutMs,
    };
    return secure
      ? httpsRequest({ ...options, ...(this.#ca !== undefined && { ca: this.#ca }) })
      : httpRequest(options);
  }
}

function refusal(status: number | undefined): string {
  return status === 407
    ? 'the proxy wants a user name and a password (407)'
    : `the proxy does not let us through (status ${status})`;
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
