/** Between agent and API: keeps every body as it came, inflated, and refuses or forwards it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Recorder {
  readonly url: string;
  /** Also of requests that were refused. */
  readonly bodies: string[];
  /** As an API that is overloaded. */
  refuses: boolean;
  close(): Promise<void>;
}

export async function startRecorder(api: string): Promise<Recorder> {
  const bodies: string[] = [];
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const isPacked = request.headers['content-encoding'] === 'gzip';
    bodies.push((isPacked ? gunzipSync(bytes) : bytes).toString('utf8'));
    if (recorder.refuses) return void response.writeHead(503).end();
    const headers = new Headers({ 'content-type': 'application/json' });
    for (const name of ['authorization', 'content-encoding'])
      if (request.headers[name] !== undefined) headers.set(name, String(request.headers[name]));
    const reply = await fetch(`${api}${request.url}`, { method: 'POST', headers, body: bytes }).catch(() => undefined);
    response.writeHead(reply?.status ?? 503, { 'content-type': 'application/json' });
    response.end(await reply?.text());
  }

  const recorder: Recorder = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    refuses: false,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return recorder;
}
