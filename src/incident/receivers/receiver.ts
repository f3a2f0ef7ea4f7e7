/**
 * What a kind of receiver is: how notices become one request or mail of its form, and what its answer means. Pure: the time is
 * given, nothing is sent here (`../delivery.service.ts` does). One kind, one file, one line in `index.ts`.
 */
import type { z } from 'zod';
import type { Locale } from '../../verdict/index.js';
import type { Notice } from '../notice.js';

/** A request as it goes out; always a POST. */
export interface HttpMessage {
  readonly by?: 'http';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** STARTTLS: encrypted before anything is said, or not at all. NONE: in the clear. */
export const mailSecurities = ['STARTTLS', 'TLS', 'NONE'] as const;
export type MailSecurity = (typeof mailSecurities)[number];

/** A mail as it goes out. */
export interface MailMessage {
  readonly by: 'smtp';
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly security: MailSecurity;
    readonly user: string | null;
    readonly password: string | null;
  };
  readonly from: string;
  readonly to: readonly string[];
  /** With its angle brackets; the same however often it is sent. */
  readonly messageId: string;
  /** Message-IDs of what it belongs to. */
  readonly references: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly date: Date;
}

export type Outgoing = HttpMessage | MailMessage;

/** One message to one receiver. */
export interface Message {
  /** UUID; the same however often it is sent. */
  readonly id: string;
  /** In the order in which they became true; more than one only for kinds with `incidentsMax`. */
  readonly notices: readonly Notice[];
  readonly locale: Locale;
  /** Where whoever reads it acknowledges the one incident that it tells of; null where there is nothing to acknowledge. */
  readonly acknowledgeUrl: string | null;
  /** When it is sent. */
  readonly now: Date;
}

export interface Reply {
  /** Of HTTP or SMTP. */
  readonly status: number;
  /** The header, as it came; SMTP has none. */
  readonly retryAfter: string | null;
  /** Its beginning. */
  readonly body: string;
}

/** `again`: not now, and perhaps later. `refused`: not in this form, ever. `gone`: nor anything else. */
export type Judgement =
  | { readonly result: 'accepted' }
  | { readonly result: 'again'; readonly code: DeliveryCode; readonly afterMs: number | null }
  | { readonly result: 'refused' | 'gone'; readonly code: DeliveryCode };

export type DeliveryCode = `delivery/${string}`;

export interface ReceiverType<Config> {
  readonly config: z.ZodType<Config>;
  /** How many messages a minute it takes; a receiver may be given less. */
  readonly perMinute: number;
  /** Between two messages. */
  readonly spacingMs: number;
  /** How many incidents one message may tell of: what is more than the rate allows is told together. Null: one notice each. */
  readonly incidentsMax: number | null;
  /** How often an incident that is not resolved is told again; null: never. */
  readonly repeatMs: number | null;
  readonly render: (config: Config, message: Message) => Outgoing;
  readonly judge: (reply: Reply, now: Date) => Judgement;
}

/** The latest notice of each incident, in the order of their first. */
export function latestOfEach(notices: readonly Notice[]): Notice[] {
  const latest = new Map<string, Notice>();
  for (const notice of notices) latest.set(notice.incident.id, notice);
  return [...latest.values()];
}

export const json = 'application/json; charset=utf-8';
