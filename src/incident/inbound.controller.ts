/** Hooks that other tools call: by an API token, or by a signature over what they send. */
import { createHash } from 'node:crypto';
import { Body, Controller, Headers, HttpCode, Post, Req } from '@nestjs/common';
import type { z } from 'zod';
import { Failure } from '../platform/errors.js';
import { hasRole, requireRole, type Person, type WithPrincipal } from '../platform/principal.js';
import { Vault } from '../platform/vault.js';
import { plainOrQuoted } from '../verdict/index.js';
import { HookStore, type HookRow } from '../store/hook.store.js';
import { IncidentService } from './incident.service.js';
import { isPagerDutySigned, isStandardSigned, type SignedHeaders } from './inbound-signature.js';
import { actionNames, AlertmanagerWebhook, GenericHook, hostLabels, PagerDutyWebhook } from './inbound.input.js';
import type { AlertmanagerReply, HookReply, JobAskedReply } from './inbound.reply.js';
import { contextMinutes, InboundService } from './inbound.service.js';
import type { HookKind } from './input.js';

type Signed = { readonly rawBody?: Buffer };
/** What came without a body. */
const nothing = Buffer.alloc(0);
type Alert = z.output<typeof AlertmanagerWebhook>['alerts'][number];

@Controller('v1/hooks')
export class InboundController {
  constructor(
    private readonly inbound: InboundService,
    private readonly hooks: HookStore,
    private readonly vault: Vault,
    private readonly incidents: IncidentService,
  ) {}

  @Post('alertmanager')
  @HttpCode(200)
  async alertmanager(@Req() request: WithPrincipal, @Body() body: unknown): Promise<AlertmanagerReply> {
    const person = requireRole(request, 'viewer');
    const { alerts } = parse(AlertmanagerWebhook, body);
    const now = new Date();
    const hosts = new Set(alerts.map(({ labels }) => hostOf(labels)));
    const jobs: AlertmanagerReply['jobs'] = [];
    for (const alert of alerts) {
      const job = await this.jobOfAlert(alert, person);
      if (job) jobs.push({ fingerprint: alert.fingerprint, ...job });
    }
    const context = await Promise.all([...hosts].map((host) => this.inbound.context(host, contextMinutes, now)));
    return { context, jobs };
  }

  @Post('generic')
  @HttpCode(200)
  async generic(@Req() request: Signed, @Headers() headers: SignedHeaders, @Body() body: unknown): Promise<HookReply> {
    const now = new Date();
    const hook = await this.signer('GENERIC', (secret) =>
      isStandardSigned(headers, request.rawBody ?? nothing, secret, now),
    );
    const { host, minutes, action, unit, reason } = parse(GenericHook, body);
    if ((action === undefined) !== (unit === undefined)) throw badHook('unit', 'it goes with `action`');
    const context = await this.inbound.context(host, minutes, now);
    if (unit === undefined) return { context, job: null };
    const by: Person = {
      kind: 'person',
      name: `hook:${hook.name}`,
      role: hook.may_request_jobs ? 'operator' : 'viewer',
    };
    const asked = {
      host,
      unit,
      reason: reason ?? `Asked for by the hook ${hook.name}`,
      key: keyOf(headers['webhook-id']!),
    };
    return { context, job: hasRole(by, 'operator') ? await this.inbound.ask(asked, by) : notAllowed(by) };
  }

  @Post('pagerduty')
  @HttpCode(202)
  async pagerduty(
    @Req() request: Signed,
    @Headers('x-pagerduty-signature') signature: string | undefined,
    @Body() body: unknown,
  ): Promise<void> {
    const hook = await this.signer('PAGERDUTY', (secret) =>
      isPagerDutySigned(signature, request.rawBody ?? nothing, secret),
    );
    const { event } = parse(PagerDutyWebhook, body);
    const incident = event.data?.incident_key;
    if (event.event_type !== 'incident.acknowledged' || !incident) return;
    const who = event.agent?.summary && plainOrQuoted(event.agent.summary);
    const by: Person = {
      kind: 'person',
      name: who ? `${who} (hook:${hook.name})` : `hook:${hook.name}`,
      role: 'operator',
    };
    // What is over, or was never ours, is nothing that PagerDuty should send again.
    await this.incidents.acknowledge(incident, by).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
    });
  }

  private async jobOfAlert({ status, labels, annotations, fingerprint, startsAt }: Alert, person: Person) {
    const action = annotations[actionNames.action] ?? labels[actionNames.action];
    if (status !== 'firing' || action === undefined) return null;
    if (!hasRole(person, 'operator')) return notAllowed(person);
    const host = hostOf(labels);
    const unit = annotations[actionNames.unit] ?? labels[actionNames.unit] ?? labels['unit'];
    if (action !== 'RESTART_SERVICE')
      return refused(`${actionNames.action}: an alert can ask for RESTART_SERVICE only.`);
    if (!host || !unit)
      return refused('The alert says no host, or no unit: see docs/incident-tools.md for their labels.');
    const name = (labels['alertname'] ?? 'unnamed').slice(0, 256);
    const key = keyOf(`${fingerprint} ${startsAt}`);
    return this.inbound.ask({ host, unit, reason: `Asked for by the alert ${JSON.stringify(name)}`, key }, person);
  }

  /** @throws Failure `incident/not-signed` (401) */
  private async signer(kind: HookKind, isSigned: (secret: string) => boolean): Promise<HookRow> {
    for (const hook of await this.hooks.ofKind(kind)) {
      const secret = this.vault.open(`hook/${hook.id}`, hook.sealed);
      if (typeof secret === 'string' && isSigned(secret)) return hook;
    }
    const detail = 'The signature is not one of a hook that was added here, or its time is more than five minutes off.';
    throw new Failure({ code: 'incident/not-signed', status: 401, detail });
  }
}

function hostOf(labels: Readonly<Record<string, string>>): string | null {
  return hostLabels.map((name) => labels[name]).find((value) => value !== undefined && value !== '') ?? null;
}

/** Whatever is in it, a key that the API takes. */
const keyOf = (text: string) => `hook-${createHash('sha256').update(text).digest('hex')}`;

function notAllowed({ name }: Person): JobAskedReply {
  const detail = `${name} may not ask for jobs.`;
  return { id: null, state: null, code: 'access/not-allowed', detail };
}

function refused(detail: string): JobAskedReply {
  return { id: null, state: null, code: 'incident/bad-hook-request', detail };
}

/** @throws Failure `incident/bad-hook-request` (400) */
function parse<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badHook(issue!.path.join('.'), issue!.message);
}

function badHook(field: string, why: string): Failure {
  const detail = `${field === '' ? 'the body' : field}: ${why}.`;
  return new Failure({ code: 'incident/bad-hook-request', status: 400, detail, extra: { field } });
}
