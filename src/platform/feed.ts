/**
 * A subscription: notifications of Postgres → the rows that a subscriber's filter lets through. The filter is the SQL of
 * the query of the same name, so the two cannot disagree. A subscriber that does not keep up is ended with an error that
 * says so: it asks for what it missed and subscribes again.
 */
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { Failure } from './errors.js';
import type { Logger } from './logger.js';
import { Channel } from './channel.js';

interface Listener {
  stop(): Promise<void>;
}

/** Rows that wait for one subscriber. */
const waitingMax = 1_000;

export interface FeedSource<Criteria, Key, Row> {
  /** The field of `Query` and of `Subscription`. */
  readonly name: string;
  readonly subscribers: Gauge;
  listen(callback: (keys: Key[]) => void, onReconnect: () => void): Promise<Listener>;
  /** Newest first. */
  matching(where: Criteria, keys: readonly Key[]): Promise<Row[]>;
}

type Told<Row> = Readonly<Record<string, Row>>;

interface Subscriber<Criteria, Row> {
  readonly where: Criteria;
  readonly channel: Channel<Told<Row>>;
  /** Notifications are answered in order. */
  turn: Promise<void>;
}

/** Listens from the start of the application to its end. */
export class Feed<Criteria, Key, Row> implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly subscribers = new Set<Subscriber<Criteria, Row>>();
  private listener: Listener | undefined;

  constructor(
    private readonly source: FeedSource<Criteria, Key, Row>,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.listener = await this.source.listen(
      (keys) => this.deliver(keys),
      () => this.endAll(interrupted(this.source.name)),
    );
  }

  subscribe(where: Criteria): AsyncIterableIterator<Told<Row>> {
    const channel = new Channel<Told<Row>>(waitingMax, () => {
      this.subscribers.delete(subscriber);
      this.source.subscribers.dec();
    });
    const subscriber: Subscriber<Criteria, Row> = { where, channel, turn: Promise.resolve() };
    this.subscribers.add(subscriber);
    this.source.subscribers.inc();
    return channel;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.listener?.stop().catch(() => undefined);
    for (const { channel } of [...this.subscribers]) await channel.return();
  }

  private deliver(keys: readonly Key[]): void {
    for (const subscriber of this.subscribers) {
      subscriber.turn = subscriber.turn.then(() => this.deliverTo(subscriber, keys));
    }
  }

  private async deliverTo({ where, channel }: Subscriber<Criteria, Row>, keys: readonly Key[]): Promise<void> {
    const { name } = this.source;
    try {
      const rows = await this.source.matching(where, keys);
      for (const row of rows.reverse()) if (!channel.push({ [name]: row })) channel.fail(tooSlow(name));
    } catch (error) {
      this.logger.error({ err: error }, 'a subscription could not be served');
      channel.fail(interrupted(name));
    }
  }

  private endAll(failure: Failure): void {
    for (const { channel } of [...this.subscribers]) channel.fail(failure);
  }
}

function tooSlow(name: string): Failure {
  const detail = `More than ${waitingMax} ${name} waited for this subscriber. Ask \`${name}\` for what it missed, then subscribe again.`;
  return new Failure({ code: 'history/subscriber-too-slow', status: 429, detail });
}

function interrupted(name: string): Failure {
  const detail = `Some ${name} may have been missed: the database connection was interrupted. Ask \`${name}\` for them, then subscribe again.`;
  return new Failure({ code: 'history/subscription-interrupted', status: 503, detail });
}
