/**
 * The `deaths` subscription: notifications of Postgres → the deaths that a subscriber's filter lets through. The filter
 * is the SQL of the `deaths` query, so the two cannot disagree. A subscriber that does not keep up is ended with an
 * error that says so: it asks for what it missed and subscribes again.
 */
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { metrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { DeathStore, type DeathCriteria } from '../store/death.store.js';
import { Notifications } from '../store/notifications.js';
import type { DeathRow, LifeKey } from '../store/rows.js';
import { Channel } from './channel.js';

/** Deaths that wait for one subscriber. */
const waitingMax = 1_000;

interface Subscriber {
  readonly where: DeathCriteria;
  readonly channel: Channel<{ deaths: DeathRow }>;
  /** Notifications are answered in order. */
  turn: Promise<void>;
}

@Injectable()
export class DeathFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly subscribers = new Set<Subscriber>();
  private listener: { stop(): Promise<void> } | undefined;

  constructor(
    private readonly deaths: DeathStore,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.listener = await this.notifications.onDeaths(
      (keys) => this.deliver(keys),
      () => this.endAll(interrupted()),
    );
  }

  subscribe(where: DeathCriteria): AsyncIterableIterator<{ deaths: DeathRow }> {
    const channel = new Channel<{ deaths: DeathRow }>(waitingMax, () => {
      this.subscribers.delete(subscriber);
      metrics.deathSubscribers.dec();
    });
    const subscriber: Subscriber = { where, channel, turn: Promise.resolve() };
    this.subscribers.add(subscriber);
    metrics.deathSubscribers.inc();
    return channel;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.listener?.stop().catch(() => undefined);
    for (const { channel } of [...this.subscribers]) await channel.return();
  }

  private deliver(keys: readonly LifeKey[]): void {
    for (const subscriber of this.subscribers) {
      subscriber.turn = subscriber.turn.then(() => this.deliverTo(subscriber, keys));
    }
  }

  private async deliverTo({ where, channel }: Subscriber, keys: readonly LifeKey[]): Promise<void> {
    try {
      const rows = await this.deaths.matching(where, keys);
      for (const row of rows.reverse()) if (!channel.push({ deaths: row })) channel.fail(tooSlow());
    } catch (error) {
      this.logger.error({ err: error }, 'a subscription could not be served');
      channel.fail(interrupted());
    }
  }

  private endAll(failure: Failure): void {
    for (const { channel } of [...this.subscribers]) channel.fail(failure);
  }
}

function tooSlow(): Failure {
  const detail = `More than ${waitingMax} deaths waited for this subscriber. Ask \`deaths\` for what it missed, then subscribe again.`;
  return new Failure({ code: 'history/subscriber-too-slow', status: 429, detail });
}

function interrupted(): Failure {
  const detail =
    'Deaths may have been missed: the database connection was interrupted. Ask `deaths` for them, then subscribe again.';
  return new Failure({ code: 'history/subscription-interrupted', status: 503, detail });
}
