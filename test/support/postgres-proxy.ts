/**
 * Stands between the programs and Postgres, and stops the world at a chosen commit: the transaction that writes a row of a given
 * kind to the trail is held before its COMMIT is passed on, or after Postgres has committed and before anybody hears of it. Who
 * is killed meanwhile dies at exactly that point of the protocol, with no code for it in what is tested.
 *
 * Reads the front end's messages (PostgreSQL documentation, "Message Formats"): the first of a connection is a length and a body,
 * each later one a type byte, a length that counts itself, and a body.
 */
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface CommitPoint {
  /** Of the row of the trail. */
  readonly kind: string;
  readonly when: 'before' | 'after';
}

export interface PostgresProxy {
  readonly url: string;
  /** The next transaction of that kind is held at that point. @returns once it is; until then others pass. */
  hold(point: CommitPoint): Promise<void>;
  /** Every connection is gone at once, without a word, as when the other machine is. */
  cut(): void;
  close(): Promise<void>;
}

interface Armed extends CommitPoint {
  readonly held: () => void;
}

export async function startPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let armed: Armed | null = null;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const connection = new Connection();
    let held: Armed | null = null;
    client.on('data', (bytes) => {
      for (const { message, isCommit, kinds } of connection.read(bytes)) {
        if (held?.when === 'before') return;
        if (isCommit && armed !== null && kinds.has(armed.kind)) {
          [held, armed] = [armed, null];
          if (held.when === 'before') return held.held();
        }
        upstream.write(message);
      }
    });
    upstream.on('data', (bytes) => {
      // What follows the COMMIT is Postgres' word that it is done.
      if (held !== null) held.held();
      else client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    hold: (point) =>
      new Promise((resolve) => {
        armed = { ...point, held: resolve };
      }),
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Read {
  readonly message: Buffer;
  readonly isCommit: boolean;
  /** Of the rows that its transaction writes to the trail. */
  readonly kinds: ReadonlySet<string>;
}

class Connection {
  private rest: Buffer = Buffer.alloc(0);
  private isStarted = false;
  private kinds = new Set<string>();
  /** Prepared statements that are a COMMIT. */
  private readonly commits = new Set<string>();

  *read(bytes: Buffer): Generator<Read> {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      const head = this.isStarted ? 1 : 0;
      if (this.rest.length < head + 4) return;
      const length = head + this.rest.readUInt32BE(head);
      if (this.rest.length < length) return;
      const message = this.rest.subarray(0, length);
      this.rest = this.rest.subarray(length);
      yield this.isStarted ? this.typed(message) : { message, isCommit: false, kinds: new Set() };
      this.isStarted = true;
    }
  }

  private typed(message: Buffer): Read {
    const type = String.fromCharCode(message[0]!);
    const body = message.subarray(5).toString('latin1');
    for (const [, kind] of body.matchAll(/"kind":"([a-z-]+)"/g)) this.kinds.add(kind!);
    const [first = '', second = ''] = body.split('\0', 2);
    if (type === 'P' && isCommitText(second)) this.commits.add(first);
    const isCommit = (type === 'Q' && isCommitText(first)) || (type === 'B' && this.commits.has(second));
    const kinds = this.kinds;
    if (isCommit) this.kinds = new Set();
    return { message, isCommit, kinds };
  }
}

const isCommitText = (text: string) => text.trim().toLowerCase() === 'commit';
