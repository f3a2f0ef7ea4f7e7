/** OpenAPI at /docs: the wire contract's own schemas, so that the document cannot say something else. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { ApiTokenRequest } from '../access/api-token.controller.js';
import { Ack, Answer, Batch, EnrollReply, EnrollRequest, Problem, Report } from '../contract/index.js';
import { ExportQuery } from '../history/export/export.query.js';
import { AlertmanagerWebhook, GenericHook, PagerDutyWebhook } from '../incident/inbound.input.js';
import { AlertmanagerReply, HookReply } from '../incident/inbound.reply.js';
import { JobInput } from '../remediation/job.input.js';
import { JobReply } from '../remediation/job.reply.js';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApi(app), { jsonDocumentUrl: 'docs/openapi.json' });
}

export function openApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Whodunit')
    .setDescription(description)
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'token')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = { ...document.components, schemas: schemas() };
  describe(document);
  return document;
}

const description = [
  'REST of Whodunit: what agents and incident tools call. History is asked by GraphQL at /graphql.',
  'Every path but /healthz, /readyz, /docs, /v1/enroll, /acknowledge and signed hooks needs `Authorization: Bearer <token>`.',
  'Errors are RFC 9457 problem details with a `code`.',
].join('\n\n');

const contract = {
  Ack,
  Answer,
  ApiTokenRequest,
  Batch,
  EnrollReply,
  EnrollRequest,
  JobInput,
  JobReply,
  Problem,
  Report,
  ...{ AlertmanagerReply, AlertmanagerWebhook, GenericHook, HookReply, PagerDutyWebhook },
};

function schemas(): Schemas {
  const entries = Object.entries(contract).map(([name, schema]) => {
    const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' });
    return [name, json];
  });
  return { ...Object.fromEntries(entries), ApiToken: apiToken, EnrollToken: enrollToken } as Schemas;
}

const apiToken = { type: 'object', required: ['token'], properties: { token: { type: 'string' } } };

const enrollToken = {
  type: 'object',
  required: ['token', 'expiresAt'],
  properties: { token: { type: 'string' }, expiresAt: { type: 'string', format: 'date-time' } },
};

interface Operation {
  readonly summary: string;
  readonly body?: string;
  readonly reply?: { readonly status: number; readonly schema?: string };
  /** Parameters, all strings: in the path, optional ones of the query, and optional headers. */
  readonly path?: readonly string[];
  readonly query?: readonly string[];
  readonly headers?: readonly string[];
  readonly problems: readonly number[];
  readonly open?: boolean;
}

const operations: Readonly<Record<string, Operation>> = {
  'post /v1/batches': {
    summary: 'Events of one host (gzip taken); stored exactly once, acknowledged when committed.',
    body: 'Batch',
    reply: { status: 200, schema: 'Ack' },
    problems: [400, 401, 403, 409, 413, 415, 429, 503],
  },
  'post /v1/enroll': {
    summary: 'A one-use token (as bearer) becomes the credential of a host.',
    body: 'EnrollRequest',
    reply: { status: 201, schema: 'EnrollReply' },
    problems: [400, 401],
  },
  'post /v1/enroll-tokens': {
    summary: 'A token that one host can enrol with, within the hour.',
    reply: { status: 201, schema: 'EnrollToken' },
    problems: [401, 403],
  },
  'post /v1/api-tokens': {
    summary: 'An API token for somebody else, or for a tool: viewer, operator, approver or admin. Shown once.',
    body: 'ApiTokenRequest',
    reply: { status: 201, schema: 'ApiToken' },
    problems: [400, 401, 403, 409],
  },
  'delete /v1/api-tokens/{name}': {
    summary: 'Revokes an API token.',
    reply: { status: 204 },
    path: ['name'],
    problems: [401, 403, 404],
  },
  'get /v1/commands': {
    summary:
      'Server-sent events for the agent of a host: signed commands (src/contract/command.ts), and questions of audits (src/contract/audit.ts).',
    problems: [401, 403],
  },
  'post /v1/reports': {
    summary: 'What an agent says of a command; stored when answered. The same report may come twice.',
    body: 'Report',
    reply: { status: 204 },
    problems: [400, 401, 403, 404, 503],
  },
  'post /v1/jobs': {
    summary:
      'Asks for a remediation. The header Idempotency-Key makes it safe to ask again; dryRun shows the plan and stores nothing.',
    body: 'JobInput',
    reply: { status: 201, schema: 'JobReply' },
    headers: ['Idempotency-Key'],
    problems: [400, 401, 403, 404, 409, 422],
  },
  'get /v1/jobs/{id}': {
    summary: 'How a job stands.',
    reply: { status: 200, schema: 'JobReply' },
    path: ['id'],
    problems: [401, 403, 404],
  },
  'get /v1/export': {
    summary:
      'Deaths as newline-delimited JSON, newest first: native, ocsf (1007 Process Activity), ecs, or otel (OTLP logs). gzip where accepted. `after` goes on behind the death of that id.',
    query: Object.keys(ExportQuery.shape),
    problems: [400, 401, 403, 404, 429],
  },
  'post /v1/answers': {
    summary: 'What an agent answers to a question of an audit; stored when answered. The same answer may come twice.',
    body: 'Answer',
    reply: { status: 204 },
    problems: [400, 401, 403, 404, 409, 503],
  },
  'get /v1/audits/{id}/findings.csv': {
    summary: 'All findings of an audit, as CSV: cells in quotes, none that a spreadsheet takes for a formula.',
    path: ['id'],
    problems: [401, 403, 404],
  },
  'get /v1/audits/{id}/findings.json': {
    summary: 'All findings of an audit, as one JSON array.',
    path: ['id'],
    problems: [401, 403, 404],
  },
  'post /v1/hooks/alertmanager': {
    summary:
      'For a webhook_config of Alertmanager, with a token of the role viewer: what died on the instances lately, and why. With the role operator, an alert that says whodunit_action and whodunit_unit asks for a job, which waits for an approval.',
    body: 'AlertmanagerWebhook',
    reply: { status: 200, schema: 'AlertmanagerReply' },
    problems: [400, 401, 403],
  },
  'post /v1/hooks/generic': {
    summary: 'The same for any tool, signed by Standard Webhooks with the secret of a hook.',
    body: 'GenericHook',
    reply: { status: 200, schema: 'HookReply' },
    headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    problems: [400, 401],
    open: true,
  },
  'post /v1/hooks/pagerduty': {
    summary: 'For a webhook subscription (v3) of PagerDuty: who acknowledges there has acknowledged here.',
    body: 'PagerDutyWebhook',
    reply: { status: 202 },
    headers: ['x-pagerduty-signature'],
    problems: [400, 401],
    open: true,
  },
  'get /healthz': { summary: 'This process answers.', problems: [], open: true },
  'get /readyz': { summary: 'It can do its work.', problems: [503], open: true },
  'get /metrics': { summary: 'Prometheus metrics of this process.', problems: [401] },
};

function describe(document: OpenAPIObject): void {
  const seen = new Set<string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of ['get', 'post', 'delete'] as const) {
      const target = item[method];
      if (!target) continue;
      const operation = operations[`${method} ${path}`];
      if (!operation) throw new Error(`${method} ${path} is not described in src/edge/docs.ts`);
      seen.add(`${method} ${path}`);
      fill(target, operation);
    }
  }
  const gone = Object.keys(operations).filter((key) => !seen.has(key));
  if (gone.length > 0) throw new Error(`described in src/edge/docs.ts, but not served: ${gone.join(', ')}`);
}

function fill(target: NonNullable<OpenAPIObject['paths'][string]['get']>, operation: Operation): void {
  const json = (schema: string, type = 'application/json') => ({
    [type]: { schema: { $ref: `#/components/schemas/${schema}` } },
  });
  target.summary = operation.summary;
  const parameter = (where: 'path' | 'query' | 'header') => (name: string) => ({
    name,
    in: where,
    required: where === 'path',
    schema: { type: 'string' as const },
  });
  target.parameters = [
    ...(operation.path ?? []).map(parameter('path')),
    ...(operation.query ?? []).map(parameter('query')),
    ...(operation.headers ?? []).map(parameter('header')),
  ];
  if (operation.body) target.requestBody = { required: true, content: json(operation.body) };
  if (!operation.open) target.security = [{ token: [] }];
  const problems = operation.problems.map((status) => [
    status,
    { description: 'Problem', content: json('Problem', 'application/problem+json') },
  ]);
  const success = operation.reply
    ? [
        operation.reply.status,
        { description: 'Done', ...(operation.reply.schema ? { content: json(operation.reply.schema) } : {}) },
      ]
    : [200, { description: 'Done' }];
  target.responses = Object.fromEntries([success, ...problems]) as typeof target.responses;
}
