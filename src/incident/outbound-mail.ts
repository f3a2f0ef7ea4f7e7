/**
 * One mail to a server whose address was checked, by SMTP (RFC 5321), encrypted unless told otherwise, never with less than was asked
 * for. Every mailbox has an answer of its own: what some took and others asked to be told later goes, the next time, to those
 * others only. That is remembered in memory; after a restart those who have it may get it again, under the same Message-ID.
 */
import { isIP } from 'node:net';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Destination } from './outbound-address.js';
import type { MailMessage, Reply } from './receivers/receiver.js';

const messagesRemembered = 1_000;
const replyBytesMax = 65_536;

/** Of mailboxes of messages that are under way: answers that will not change. */
const settled = new Map<string, Map<string, Answer>>();

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What nodemailer throws, as far as it is looked at. */
interface MailError extends Error {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly MailError[] | undefined;
}

interface Taken {
  readonly response: string;
  readonly rejectedErrors?: readonly MailError[] | undefined;
}

/** @throws where the server did not say yes or no: it could not be reached, encrypted or understood. */
export async function exchangeMail(message: MailMessage, destination: Destination): Promise<Reply> {
  const answers = answersOf(message.messageId);
  const to = message.to.filter((mailbox) => !answers.has(mailbox));
  const said = await transfer(message, to, destination);
  for (const mailbox of to) {
    const answer = said.get(mailbox)!;
    if (!isTemporary(answer)) answers.set(mailbox, answer);
  }
  const reply = replyOf(new Map([...answers, ...said]));
  if (!isTemporary(reply)) settled.delete(message.messageId);
  return { ...reply, retryAfter: null };
}

const isTemporary = ({ status }: { status: number }) => status >= 400 && status < 500;

/** Later, if one mailbox says so; otherwise yes, if one took it. Who did not is named. */
function replyOf(answers: ReadonlyMap<string, Answer>): { status: number; body: string } {
  const all = [...answers.values()];
  const decisive = all.find(isTemporary) ?? all.find(({ status }) => status < 400) ?? all[0]!;
  const others = [...answers].filter(([, { status, text }]) => status >= 400 && text !== decisive.text);
  return {
    status: decisive.status,
    body: [decisive.text, ...others.map(([mailbox, { text }]) => `${mailbox}: ${text}`)].join(' / '),
  };
}

function answersOf(messageId: string): Map<string, Answer> {
  const known = settled.get(messageId);
  if (known) return known;
  const [oldest] = settled.keys();
  if (settled.size >= messagesRemembered && oldest !== undefined) settled.delete(oldest);
  const answers = new Map<string, Answer>();
  settled.set(messageId, answers);
  return answers;
}

/** The answer for every mailbox; one that is for all of them stands at each. */
async function transfer(
  message: MailMessage,
  to: readonly string[],
  destination: Destination,
): Promise<Map<string, Answer>> {
  const connection = new SMTPConnection(connectionOptions(message.server, destination));
  const ended = endOf(connection, destination.signal);
  try {
    const { response, rejectedErrors = [] } = await Promise.race([converse(connection, message, to), ended]);
    connection.quit();
    return new Map([...to.map((mailbox) => [mailbox, answerOf(250, response)] as const), ...refusals(rejectedErrors)]);
  } catch (error) {
    connection.close();
    const { code, responseCode, response, rejectedErrors = [] } = error as MailError;
    // An answer to STARTTLS is none to the mail: without encryption nothing was asked.
    if (code === 'ETLS' || responseCode === undefined || responseCode < 400) throw error;
    const answer = answerOf(responseCode, response);
    return new Map([...to.map((mailbox) => [mailbox, answer] as const), ...refusals(rejectedErrors)]);
  }
}

async function converse(connection: SMTPConnection, message: MailMessage, to: readonly string[]) {
  const { user, password } = message.server;
  const mail = await compose(message);
  await step<void>((done) => connection.connect((error) => done(error ?? null)));
  if (user !== null) await step((done) => connection.login({ user, pass: password ?? '' }, done));
  const envelope = { from: message.from, to: [...to], size: mail.length };
  return step<Taken>((done) => connection.send(envelope, mail, done));
}

function connectionOptions({ host, port, security }: MailMessage['server'], { address, authorities }: Destination) {
  return {
    // The address, so that no name is looked up again; the certificate has to be that of the name.
    host: address,
    port,
    secure: security === 'TLS',
    requireTLS: security === 'STARTTLS',
    ignoreTLS: security === 'NONE',
    tls: { ...(isIP(host) ? {} : { servername: host }), ...(authorities && { ca: [...authorities] }) },
    maxResponseSize: replyBytesMax,
    // The limit of the whole is the signal's; this is for a server that does not hang up after QUIT.
    socketTimeout: 5_000,
  };
}

/** Rejects once nothing more will come. */
function endOf(connection: SMTPConnection, signal: AbortSignal): Promise<never> {
  const ended = new Promise<never>((_resolve, reject) => {
    connection.on('error', reject);
    connection.once('end', () => reject(Object.assign(new Error('closed'), { code: 'ECONNECTION' })));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  ended.catch(() => undefined);
  return ended;
}

function step<T>(run: (done: (error: Error | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => run((error, value) => (error ? reject(error) : resolve(value as T))));
}

function refusals(errors: readonly MailError[]): [string, Answer][] {
  return errors.map(({ recipient, responseCode, response }) => [recipient!, answerOf(responseCode ?? 450, response)]);
}

const answerOf = (status: number, text = ''): Answer => ({ status, text: text.trim() });

/** Nothing in it is read from files or addresses, whatever a name looks like. */
function compose(message: MailMessage): Promise<Buffer> {
  const { from, to, subject, text, html, messageId, references, headers, date } = message;
  const composer = new MailComposer({
    ...{ from, to: [...to], subject, text, html, messageId, date, headers: { ...headers } },
    ...(references.length > 0 ? { inReplyTo: references.at(-1)!, references: [...references] } : {}),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return step((done) => composer.compile().build(done));
}
