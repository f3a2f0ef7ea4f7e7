/**
 * The worker's part: notices become deliveries, deliveries become messages, and answers what is written down of them. Each
 * receiver has one sender at a time in all workers, so that nothing overtakes; a slow one keeps nobody else.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Env } from '../platform/env.js';
import type { Logger } from '../platform/logger.js';
import { ENV, LOGGER } from '../platform/platform.tokens.js';
import { Seal } from '../platform/seal.js';
import { Vault } from '../platform/vault.js';
import { DeliveryStore, type DeliveryRow, type EndedMessage } from '../store/delivery.store.js';
import { ReceiverStore, type ReceiverRow } from '../store/receiver.store.js';
import { acknowledgeUrl } from './acknowledge-link.js';
import { nextMessage } from './next-message.js';
import type { Notice, NoticeChange } from './notice.js';
import { readNotice } from './notice-json.js';
import { networks } from './outbound-address.js';
import { outboundLimits, send, type Sent } from './outbound.js';
import { readAuthorities } from './outbound-trust.js';
import { openReceiver } from './receiver.secret.js';
import { receiverType, type ReceiverConfig, type ReceiverKind } from './receivers/index.js';
import type { Judgement, Message, ReceiverType } from './receivers/receiver.js';
import { excerpt } from './redact.js';
import { nextAfter } from './retry.js';
import { deliveriesOf } from './telling.js';

const noticesPerTurn = 500;
const waitingMax = 500;
const minuteMs = 60_000;
/** Longer than a message may take: it is never sent by two. */
const leaseMs = outboundLimits.mailMs * 2;
/** Worth staying for; what comes later, the sweep finds. */
const spacingWaitedMs = 1_000;

interface Opened {
  readonly row: ReceiverRow;
  readonly type: ReceiverType<ReceiverConfig>;
  readonly config: ReceiverConfig;
}

interface Chosen {
  readonly id: string;
  readonly rows: readonly DeliveryRow[];
  readonly repeated: readonly DeliveryRow[];
  readonly superseded: readonly string[];
}

@Injectable()
export class DeliveryService {
  private readonly lease = randomUUID();
  private readonly sending = new Map<string, Promise<void>>();
  /** Being sent to when something new was told: it may have come after the last look. */
  private readonly again = new Set<string>();
  private readonly ending = new AbortController();
  private readonly allowed;
  private readonly authorities;

  constructor(
    private readonly deliveries: DeliveryStore,
    private readonly receivers: ReceiverStore,
    private readonly vault: Vault,
    private readonly seal: Seal,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.allowed = networks(env.deliveryAllow);
    this.authorities = env.deliveryCaFile === null ? null : readAuthorities(env.deliveryCaFile);
  }

  /** Makes deliveries of all notices, and sees to it that what is due is being sent; does not wait until it has been. */
  async tell(): Promise<void> {
    let told: number;
    do {
      told = await this.deliveries.tell(noticesPerTurn, new Date(), deliveriesOf);
    } while (told === noticesPerTurn);
    for (const id of this.sending.keys()) this.again.add(id);
    for (const id of await this.receivers.due(new Date())) this.start(id);
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    while (this.sending.size > 0) await Promise.all(this.sending.values());
  }

  /** What is on its way is given up, and goes out again under its id. */
  async close(): Promise<void> {
    this.ending.abort();
    await this.idle();
  }

  private start(receiverId: string): void {
    if (this.sending.has(receiverId) || this.ending.signal.aborted) return;
    const work = this.send(receiverId)
      .catch((error: unknown) =>
        this.logger.error(
          { err: error, receiver: receiverId },
          'a receiver could not be told; the sweep will try again',
        ),
      )
      .finally(() => {
        this.sending.delete(receiverId);
        if (this.again.delete(receiverId)) this.start(receiverId);
      });
    this.sending.set(receiverId, work);
  }

  /** Everything that may go out now. */
  private async send(receiverId: string): Promise<void> {
    try {
      while (!this.ending.signal.aborted && (await this.turn(receiverId)));
    } finally {
      await this.receivers.release(receiverId, this.lease);
    }
  }

  /** @returns whether to go on. */
  private async turn(receiverId: string): Promise<boolean> {
    const now = new Date();
    const row = await this.receivers.lease(receiverId, this.lease, now, new Date(now.getTime() + leaseMs));
    if (row === null) return false;
    const receiver = this.open(row);
    if (receiver === null) return false;
    const sent = await this.deliveries.sentSince(receiverId, new Date(now.getTime() - minuteMs));
    const spacingMs = sent[0] === undefined ? 0 : sent[0].getTime() + receiver.type.spacingMs - now.getTime();
    if (spacingMs > spacingWaitedMs) return false;
    if (spacingMs > 0) return this.pause(spacingMs);
    const chosen = await this.choose(receiver, row.per_minute - sent.length, now);
    return chosen !== null && this.exchange(receiver, chosen, now);
  }

  private async choose({ row, type }: Opened, slots: number, now: Date): Promise<Chosen | null> {
    if (slots <= 0) return null;
    const waiting = await this.deliveries.waiting(row.id, waitingMax);
    const next = nextMessage(
      waiting.map((each) => ({
        id: each.id,
        incidentId: each.incident_id,
        change: each.change as NoticeChange,
        messageId: each.message_id,
        nextAt: each.next_at,
      })),
      { slots, incidentsMax: type.incidentsMax, now },
    );
    const room = (type.incidentsMax ?? 0) - (next?.ids.length ?? 0);
    // What is told again goes along with what is new; a message that was begun stays as it was.
    const isBegun = next !== null && next.messageId !== null;
    const repeats = type.repeatMs !== null && room > 0 && !isBegun;
    const repeated = repeats ? await this.deliveries.repeated(row.id, now, room) : [];
    if (next === null && repeated.length === 0) return null;
    const rows = waiting.filter(({ id }) => next?.ids.includes(id));
    const id = next?.messageId ?? (rows.length === 1 ? rows[0]!.id : randomUUID());
    return { id, rows, repeated, superseded: next?.superseded ?? [] };
  }

  private async exchange(receiver: Opened, chosen: Chosen, now: Date): Promise<boolean> {
    const { row, type, config } = receiver;
    const until = new Date(now.getTime() + leaseMs);
    const ids = chosen.rows.map(({ id }) => id);
    const { id, superseded } = chosen;
    const attempt = await this.deliveries.begin({
      id,
      receiverId: row.id,
      lease: this.lease,
      ids,
      superseded,
      now,
      until,
    });
    if (attempt === null) return false;
    const notices = [...chosen.repeated, ...chosen.rows].map(({ body }) => readNotice(body));
    const message: Message = { id, notices, locale: row.locale, acknowledgeUrl: this.linkOf(row.id, notices), now };
    const { allowed, authorities, ending } = this;
    const sent = await send(type.render(config, message), { allowed, authorities, signal: ending.signal });
    // Ended in the middle: whether it arrived nobody knows, so the same goes out again.
    if (sent.reply === null && this.ending.signal.aborted) return false;
    const judgement = judge(type, sent, new Date());
    const ended: EndedMessage = {
      receiverId: row.id,
      attempt,
      ids,
      status: sent.reply?.status ?? null,
      detail: excerpt(sent.reply?.body ?? (sent as { detail: string }).detail, config),
      now: new Date(),
    };
    await this.record(receiver, chosen, ended, judgement);
    return judgement.result !== 'again';
  }

  private async record(
    { row, type }: Opened,
    chosen: Chosen,
    ended: EndedMessage,
    judgement: Judgement,
  ): Promise<void> {
    const { now } = ended;
    const later = (ms: number) => new Date(now.getTime() + ms);
    const attempts = Math.max(0, ...chosen.rows.map((each) => each.attempts)) + 1;
    const queuedAt = Math.min(...chosen.rows.map(({ queued_at }) => queued_at.getTime()), now.getTime());
    const tried = { attempts, ageMs: now.getTime() - queuedAt, failures: row.failures + 1 };
    const next = nextAfter(judgement, tried, Math.random());
    const repeated = {
      ids: chosen.repeated.map(({ id }) => id),
      at: type.repeatMs === null ? null : later(type.repeatMs),
    };
    if (next.state === 'DELIVERED') return this.deliveries.accepted(ended, repeated);
    const { code } = next;
    this.logger.warn(
      { receiver: row.name, message: chosen.id, code, status: ended.status },
      'a message was not accepted',
    );
    if (next.state === 'DEAD') return this.deliveries.died(ended, code, repeated, next.disable);
    return this.deliveries.failed(ended, code, later(next.afterMs), later(next.holdMs));
  }

  /** A digest has none: it says of several incidents what nobody should answer in one go. */
  private linkOf(receiver: string, notices: readonly Notice[]): string | null {
    const { publicUrl } = this.env;
    const { incident, at } = notices.at(-1)!;
    const isOne = notices.every((notice) => notice.incident.id === incident.id);
    if (publicUrl === null || !isOne || incident.state !== 'OPEN') return null;
    return acknowledgeUrl(this.seal, publicUrl, { incident: incident.id, receiver, at });
  }

  private open(row: ReceiverRow): Opened | null {
    const config = openReceiver(this.vault, row);
    if (config !== null) return { row, type: receiverType(row.kind as ReceiverKind), config };
    this.logger.error(
      { receiver: row.name },
      'a receiver was sealed by another key: is vault-key the same for API and worker?',
    );
    return null;
  }

  private async pause(ms: number): Promise<boolean> {
    return sleep(ms, true, { signal: this.ending.signal }).catch(() => false);
  }
}

function judge(type: ReceiverType<ReceiverConfig>, sent: Sent, now: Date): Judgement {
  if (sent.reply !== null) return type.judge(sent.reply, now);
  const { code } = sent;
  return sent.isFinal ? { result: 'refused', code } : { result: 'again', code, afterMs: null };
}
