/**
 * The command streams that this API process holds: one for each host that listens here. A notification of Postgres says which
 * commands are new; what is written to a stream was marked as sent before, so that nothing can be done that nobody knows of.
 * Messages that are no commands (src/store/message.store.ts) go the same way.
 */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { limits } from '../contract/index.js';
import type { Logger } from '../platform/logger.js';
import { metrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import type { CommandRow } from '../store/job.rows.js';
import { JobQueueStore } from '../store/job-queue.store.js';
import { JobStore } from '../store/job.store.js';
import { MessageStore } from '../store/message.store.js';
import { Notifications, type Listener } from '../store/notifications.js';
import { TokenStore } from '../store/token.store.js';
import { send } from './steps.js';

/** Twice within what the contract promises. */
const heartbeatMs = Math.floor((limits.commandHeartbeatMs * 2) / 3);
/** An agent that does not read is no agent: it comes back and gets what it has not reported of. */
const unreadBytesMax = 1024 * 1024;

interface Stream {
  readonly hostId: number;
  /** SHA-256 of the credential that opened it, base64. */
  readonly credential: string;
  readonly response: ServerResponse;
}

@Injectable()
export class CommandStreams implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** The latest of each host; an older one of the same host is closed. */
  private readonly streams = new Map<number, Stream>();
  private readonly process = randomUUID();
  private listeners: readonly Listener[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Hosts that have come: welcomed together, since after a restart all of them come at once. */
  private readonly arrived = new Set<number>();
  /** Hosts for which something may wait that is no command: asked for together. */
  private readonly awaiting = new Set<number>();
  private isEnding = false;
  /** Those that could not be asked for: nobody says so again, but the next beat. */
  private readonly missed = new Set<number>();
  /** Deliveries follow one another. */
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobs: JobStore,
    private readonly work: JobQueueStore,
    private readonly messages: MessageStore,
    private readonly tokens: TokenStore,
    private readonly notifications: Notifications,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const commands = await this.notifications.onCommands(
      (news) => {
        const here = news.filter(({ hostId }) => this.streams.has(hostId));
        const hosts = new Set(here.map(({ hostId }) => hostId));
        const jobs = [...new Set(here.map(({ jobId }) => jobId))];
        if (here.length > 0) this.soonFor([...hosts], () => this.deliver(hosts, jobs));
      },
      // What was notified in between is not repeated.
      () => this.catchUp([...this.streams.keys()]),
    );
    const messages = await this.notifications.onMessages(
      (hostIds) => this.passSoon(hostIds.filter((hostId) => this.streams.has(hostId))),
      () => this.passSoon([...this.streams.keys()]),
    );
    this.listeners = [commands, messages];
    this.timer = setInterval(() => this.soon(() => this.beat()), heartbeatMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.end();
  }

  /** Agents go elsewhere at once. Fastify waits for open requests, and these have no end of their own. */
  async end(): Promise<void> {
    this.isEnding = true;
    clearInterval(this.timer);
    const hosts = [...this.streams.keys()];
    for (const { response } of this.streams.values()) response.end();
    const { listeners } = this;
    this.listeners = [];
    for (const listener of listeners) await listener.stop().catch(() => undefined);
    await this.turn;
    await this.work.dropStreams(this.process, hosts).catch(() => undefined);
  }

  /** Takes the response over: head, commands that wait, then whatever comes. */
  open(hostId: number, credential: string, response: ServerResponse): void {
    if (this.isEnding) {
      response.writeHead(503, { 'retry-after': '1', connection: 'close' }).end();
      return;
    }
    const stream = { hostId, credential, response };
    this.streams.get(hostId)?.response.end();
    this.streams.set(hostId, stream);
    metrics.commandStreams.set(this.streams.size);
    response.on('close', () => this.closed(stream));
    response.on('error', () => response.destroy());
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write(': commands\n\n');
    this.arrived.add(hostId);
    if (this.arrived.size === 1) this.soon(() => this.welcome());
  }

  private async welcome(): Promise<void> {
    const hostIds = [...this.arrived].filter((hostId) => this.streams.has(hostId));
    this.arrived.clear();
    this.catchUp(hostIds);
    await this.work.holdStreams(this.process, hostIds);
  }

  /** What is signed for these hosts and has not ended, again where it was sent before. */
  private catchUp(hostIds: readonly number[]): void {
    if (hostIds.length === 0) return;
    this.soonFor(hostIds, async () => this.deliver(new Set(hostIds), await this.work.forHosts(hostIds)));
    this.passSoon(hostIds);
  }

  /** What the database could not give out comes with the next beat. */
  private soonFor(hostIds: readonly number[], work: () => Promise<void>): void {
    this.soon(() =>
      work().catch((error: unknown) => {
        for (const hostId of hostIds) this.missed.add(hostId);
        throw error;
      }),
    );
  }

  private passSoon(hostIds: readonly number[]): void {
    const isUnderWay = this.awaiting.size > 0;
    for (const hostId of hostIds) this.awaiting.add(hostId);
    if (!isUnderWay && this.awaiting.size > 0) this.soon(() => this.pass());
  }

  private async pass(): Promise<void> {
    const hostIds = [...this.awaiting];
    this.awaiting.clear();
    const messages = await this.messages.take(hostIds).catch((error: unknown) => {
      for (const hostId of hostIds) this.missed.add(hostId);
      throw error;
    });
    for (const { hostId, id, event, data } of messages)
      this.push(hostId, `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`);
  }

  private async deliver(hostIds: ReadonlySet<number>, jobIds: readonly string[]): Promise<void> {
    const at = new Date();
    const sent = new Set<string>();
    const changed = await this.jobs.change(
      jobIds,
      (whole) => {
        const change = send(whole, hostIds, at);
        for (const { id } of change?.commands ?? []) sent.add(id);
        return change;
      },
      { at, unlessPassive: true },
    );
    for (const { commands } of changed) for (const command of commands) if (sent.has(command.id)) this.write(command);
  }

  private write({ host_id, id, envelope }: CommandRow): void {
    this.push(host_id, `id: ${id}\nevent: command\ndata: ${envelope}\n\n`);
  }

  private push(hostId: number, text: string): void {
    const response = this.streams.get(hostId)?.response;
    if (!response || response.destroyed) return;
    response.write(text);
    if (response.writableLength > unreadBytesMax) response.destroy();
  }

  /** Keeps lines alive, says who is here, and ends the streams of credentials that were revoked. */
  private async beat(): Promise<void> {
    const streams = [...this.streams.values()];
    for (const { hostId } of streams) this.push(hostId, ':\n\n');
    this.catchUp([...this.missed].filter((hostId) => this.streams.has(hostId)));
    this.missed.clear();
    if (streams.length === 0) return;
    await this.work.holdStreams(this.process, [...this.streams.keys()]);
    const live = await this.tokens.liveCredentials(streams.map(({ credential }) => credential));
    for (const { credential, response } of streams) if (!live.has(credential)) response.end();
  }

  private closed(stream: Stream): void {
    if (this.streams.get(stream.hostId) !== stream) return;
    this.streams.delete(stream.hostId);
    metrics.commandStreams.set(this.streams.size);
    this.soon(() => this.work.dropStreams(this.process, [stream.hostId]));
  }

  private soon(work: () => Promise<void>): void {
    this.turn = this.turn.then(work).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'command streams could not be served for a moment');
    });
  }
}
