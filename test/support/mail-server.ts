/**
 * The receivers' side of e-mail: a real SMTP server that keeps what it takes, and misbehaves on request. `check` says what a reader's
 * mail program would not like of a message.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | null;
  /** Names in lower case; folded lines are joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of `text/plain` and `text/html`, decoded. */
  readonly text: string;
  readonly html: string;
  /** As it came. */
  readonly raw: string;
}

/** What happens instead of a yes: an answer at that point, a connection that breaks, or nothing at all. */
export type MailMishap =
  | { readonly at: 'connect' | 'mail' | 'data'; readonly status: number }
  | { readonly at: 'rcpt'; readonly to: string; readonly status: number }
  | 'dead'
  | 'hang';

export interface MailServer {
  readonly port: number;
  readonly taken: TakenMail[];
  connections: number;
  /** Of the next connections, in order; afterwards all is well. */
  mishaps(...list: MailMishap[]): void;
  close(): Promise<void>;
}

export const account = { user: 'whodunit', password: 'password-of-the-mailbox' } as const;

/** With `account`, where it offers logins. */
export async function startMailServer(options: SMTPServerOptions): Promise<MailServer> {
  const waiting: MailMishap[] = [];
  const current = new Map<string, MailMishap | undefined>();
  const fail = (status: number) => Object.assign(new Error(`mishap ${status}`), { responseCode: status });
  const mishapOf = (id: string) => {
    const mishap = current.get(id);
    return typeof mishap === 'object' ? mishap : undefined;
  };
  const mail: MailServer = {
    port: 0,
    taken: [],
    connections: 0,
    mishaps: (...list) => void waiting.push(...list),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const server: SMTPServer = new SMTPServer({
    disableReverseLookup: true,
    logger: false,
    onConnect(session, done) {
      mail.connections += 1;
      current.set(session.id, waiting.shift());
      const mishap = current.get(session.id);
      if (mishap === 'hang') return;
      const at = mishapOf(session.id);
      done(at?.at === 'connect' ? fail(at.status) : null);
    },
    onAuth({ username, password }, _session, done) {
      const isRight = username === account.user && password === account.password;
      if (isRight) done(null, { user: username });
      else done(Object.assign(new Error(`no: ${String(username)} ${String(password)}`), { responseCode: 535 }));
    },
    onMailFrom(_address, session, done) {
      const at = mishapOf(session.id);
      done(at?.at === 'mail' ? fail(at.status) : null);
    },
    onRcptTo({ address }, session, done) {
      const at = mishapOf(session.id);
      done(at?.at === 'rcpt' && at.to === address ? fail(at.status) : null);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const at = mishapOf(session.id);
        if (at?.at === 'data') return done(fail(at.status));
        const { mailFrom, rcptTo } = session.envelope;
        mail.taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
          ...parseMail(Buffer.concat(chunks).toString('latin1')),
        });
        done(null);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  // Dead: hangs up before it has said anything.
  server.server.prependListener('connection', (socket) => {
    if (waiting[0] !== 'dead') return;
    waiting.shift();
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return Object.assign(mail, { port: (server.server.address() as AddressInfo).port });
}

/** RFC 5322 and MIME, as far as a message of two parts goes. */
function parseMail(raw: string): Pick<TakenMail, 'headers' | 'text' | 'html' | 'raw'> {
  const { headers, body } = parsePart(raw);
  const [, boundary] = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '') ?? [];
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => parsePart(part.replace(/^\r\n/, '')));
  const of = (type: string) => {
    const part = parts.find((each) => each.headers['content-type']?.startsWith(type));
    return part === undefined ? '' : decode(part);
  };
  const decoded = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, decodeWords(value)]));
  return { raw, headers: decoded, text: of('text/plain'), html: of('text/html') };
}

interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function parsePart(text: string): Part {
  const end = text.indexOf('\r\n\r\n');
  const lines = text
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = lines.map((line) => {
    const [, name, value] = /^([!-9;-~]+): ?(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`no header: ${line}`);
    return [name.toLowerCase(), value!] as const;
  });
  const names = headers.map(([name]) => name);
  if (new Set(names).size < names.length) throw new Error(`a header stands twice: ${names.join(' ')}`);
  return { headers: Object.fromEntries(headers), body: text.slice(end + 4) };
}

function decode({ headers, body }: Part): string {
  const encoding = headers['content-transfer-encoding'] ?? '7bit';
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? quotedPrintable(body.replaceAll(/=\r\n/g, '')) : body;
}

/** RFC 2047. */
function decodeWords(value: string): string {
  return value
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, how: string, text: string) =>
      how.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : quotedPrintable(text.replaceAll('_', ' ')),
    );
}

function quotedPrintable(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
