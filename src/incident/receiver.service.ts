/** Receivers, routes and hooks as people manage them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import { Vault } from '../platform/vault.js';
import { JobQueue } from '../queue/job.queue.js';
import { DeliveryStore, type DeliveryRow } from '../store/delivery.store.js';
import { HookStore, type HookRow } from '../store/hook.store.js';
import { ReceiverStore, type ReceiverRow } from '../store/receiver.store.js';
import { RouteStore, type RouteRow } from '../store/route.store.js';
import { MatchersInput, parseConfig, parseHook, parsePerMinute, parseReceiver, parseRoute } from './input.js';
import { sealReceiver } from './receiver.secret.js';
import type { ReceiverConfig, ReceiverKind } from './receivers/index.js';
import type { MailMessage } from './receivers/receiver.js';
import { testNotices } from './test-notice.js';

export interface SavedReceiver {
  readonly receiver: ReceiverRow;
  /** Only where it was made here. */
  readonly secret: string | null;
}

const inChinese: readonly ReceiverKind[] = ['DINGTALK', 'FEISHU', 'WECOM'];
export const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

@Injectable()
export class ReceiverService {
  constructor(
    private readonly receivers: ReceiverStore,
    private readonly routes: RouteStore,
    private readonly deliveries: DeliveryStore,
    private readonly hooks: HookStore,
    private readonly vault: Vault,
    private readonly queue: JobQueue,
  ) {}

  /** @throws Failure `incident/bad-receiver`, `incident/unknown-receiver`, `incident/name-taken`, `incident/too-many`. */
  async save(value: unknown): Promise<SavedReceiver> {
    const input = parseReceiver(value);
    const before = input.id === null ? null : await this.receiver(input.id);
    const id = before?.id ?? randomUUID();
    const kind = (input.kind ?? before!.kind) as ReceiverKind;
    const made = input.kind === 'WEBHOOK' && (input.config!['secret'] ?? null) === null ? newSecret() : null;
    const config = input.config && parseConfig(kind, made === null ? input.config : { ...input.config, secret: made });
    const saved = await this.receivers.save({
      id,
      name: input.name,
      kind,
      sealed: config ? sealReceiver(this.vault, id, config) : before!.sealed,
      target: config ? targetOf(config) : before!.target,
      locale: input.locale ?? (before?.kind === kind ? before.locale : inChinese.includes(kind) ? 'ZH' : 'EN'),
      enabled: input.enabled ?? before?.enabled ?? true,
      per_minute: parsePerMinute(kind, input.perMinute ?? (before?.kind === kind ? before.per_minute : null)),
      updated_at: new Date(),
    });
    void this.queue.wake('tell-notices');
    return { receiver: stored(saved, 'receiver', input.name), secret: made };
  }

  async remove(id: string): Promise<boolean> {
    return uuid.test(id) && this.receivers.remove(id);
  }

  /** @throws Failure `incident/unknown-receiver`, `incident/receiver-disabled`. */
  async test(id: string): Promise<DeliveryRow[]> {
    const { name, enabled } = await this.receiver(id);
    if (!enabled) {
      const detail = `Nothing was sent: the receiver ${JSON.stringify(name)} is disabled.`;
      throw new Failure({ code: 'incident/receiver-disabled', status: 409, detail });
    }
    const now = new Date();
    const deliveries = testNotices(name, now).map((notice, at) => ({
      id: randomUUID(),
      receiverId: id,
      noticeId: notice.id,
      position: BigInt(at),
      incidentId: notice.incident.id,
      change: notice.change,
      body: notice,
    }));
    await this.deliveries.add(deliveries, now);
    void this.queue.wake('tell-notices');
    return (await Promise.all(deliveries.map((one) => this.deliveries.byId(one.id)))).flatMap((row) => row ?? []);
  }

  /** @throws Failure `incident/bad-route`, `incident/unknown-route`, `incident/unknown-receiver`, `incident/too-many`. */
  async saveRoute(value: unknown): Promise<RouteRow> {
    const input = parseRoute(value);
    const isKnown = input.id === null || (await this.routes.all()).some(({ id }) => id === input.id);
    if (!isKnown) throw unknown('route', input.id!);
    const route = {
      id: input.id ?? randomUUID(),
      name: input.name,
      receiver_id: input.receiver,
      matchers: input.matchers ?? MatchersInput.parse({}),
      continue: input.continue ?? false,
      updated_at: new Date(),
    };
    const saved = await this.routes.save(route, input.position);
    if (saved === 'gone') throw unknown('receiver', input.receiver);
    return stored(saved, 'route', input.name);
  }

  async removeRoute(id: string): Promise<boolean> {
    return uuid.test(id) && this.routes.remove(id);
  }

  /** @throws Failure `incident/unknown-delivery`, `incident/not-replayable`. */
  async replay(id: string): Promise<DeliveryRow> {
    const before = uuid.test(id) ? await this.deliveries.byId(id) : null;
    if (!before) throw unknown('delivery', id);
    const replayed = await this.deliveries.replay(id, new Date());
    if (!replayed) {
      const why = before.state === 'PENDING' ? 'it waits already' : 'something later of its incident has arrived';
      throw new Failure({ code: 'incident/not-replayable', status: 409, detail: `It is not sent again: ${why}.` });
    }
    void this.queue.wake('tell-notices');
    return replayed;
  }

  /** @throws Failure `incident/bad-hook`, `incident/name-taken`, `incident/too-many`. */
  async addHook(value: unknown): Promise<{ hook: HookRow; secret: string | null }> {
    const { name, kind, secret, mayRequestJobs } = parseHook(value);
    const id = randomUUID();
    const made = secret === null ? newSecret() : null;
    const sealed = this.vault.seal(`hook/${id}`, secret ?? made);
    const hook = await this.hooks.add({ id, name, kind, sealed, may_request_jobs: mayRequestJobs ?? false });
    return { hook: stored(hook, 'hook', name), secret: made };
  }

  async removeHook(id: string): Promise<boolean> {
    return uuid.test(id) && this.hooks.remove(id);
  }

  private async receiver(id: string): Promise<ReceiverRow> {
    const row = uuid.test(id) ? await this.receivers.byId(id) : null;
    if (row) return row;
    throw unknown('receiver', id);
  }
}

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

/** All of its address that is no secret. */
function targetOf({ url, server }: ReceiverConfig): string {
  if (typeof url === 'string') return new URL(url).origin;
  const { host, port, security } = server as MailMessage['server'];
  return `${security === 'TLS' ? 'smtps' : 'smtp'}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function stored<T extends object>(saved: T | 'taken' | 'full', what: string, name: string): T {
  if (saved === 'taken') {
    const detail = `Nothing was stored: there is a ${what} named ${JSON.stringify(name)} already.`;
    throw new Failure({ code: 'incident/name-taken', status: 409, detail });
  }
  if (saved === 'full') {
    const detail = `Nothing was stored: there are as many of that kind (${what}) as there may be.`;
    throw new Failure({ code: 'incident/too-many', status: 409, detail });
  }
  return saved;
}

function unknown(what: 'receiver' | 'route' | 'delivery', id: string): Failure {
  const detail = `There is no ${what} with the id ${JSON.stringify(id)}.`;
  return new Failure({ code: `incident/unknown-${what}`, status: 404, detail });
}
