import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { requireHost, type WithPrincipal } from '../platform/principal.js';
import { AuditStore } from '../store/audit.store.js';
import { HostStore } from '../store/host.store.js';
import type { HostRow } from '../store/rows.js';
import { AnswerService } from './answer.service.js';
import { unknownAudit } from './audit.service.js';
import { csvHead, csvLine, exportRow, type ExportRow } from './export.js';

const rowsPerPage = 500;

@Controller('v1')
export class AuditController {
  constructor(
    private readonly answers: AnswerService,
    private readonly audits: AuditStore,
    private readonly hosts: HostStore,
  ) {}

  /** What agents call. */
  @Post('answers')
  @HttpCode(204)
  async answer(@Req() request: WithPrincipal, @Body() body: unknown): Promise<void> {
    await this.answers.take(requireHost(request).hostId, body);
  }

  @Get('audits/:id/findings.csv')
  async csv(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const rows = await this.rows(id);
    await send(reply, id, 'csv', 'text/csv; charset=utf-8', csvOf(rows));
  }

  @Get('audits/:id/findings.json')
  async json(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const rows = await this.rows(id);
    await send(reply, id, 'json', 'application/json; charset=utf-8', jsonOf(rows));
  }

  /** @throws Failure `audit/unknown-audit` (404). */
  private async rows(id: string): Promise<AsyncIterable<ExportRow>> {
    if (!(await this.audits.byId(id))) throw unknownAudit();
    return this.walk(id);
  }

  private async *walk(id: string): AsyncGenerator<ExportRow> {
    const known = new Map<number, HostRow>();
    let after: bigint | null = null;
    for (;;) {
      const page = await this.audits.findings(id, {}, after, rowsPerPage);
      const unknown = [...new Set(page.map(({ host_id }) => host_id))].filter((hostId) => !known.has(hostId));
      for (const host of await this.hosts.byIds(unknown)) known.set(host.id, host);
      for (const finding of page) yield exportRow(finding, known.get(finding.host_id)!);
      if (page.length < rowsPerPage) return;
      after = page.at(-1)!.id;
    }
  }
}

async function send(
  reply: FastifyReply,
  id: string,
  ending: string,
  type: string,
  chunks: AsyncIterable<string>,
): Promise<void> {
  const disposition = `attachment; filename="audit-${id}.${ending}"`;
  await reply
    .header('content-type', type)
    .header('content-disposition', disposition)
    .header('x-content-type-options', 'nosniff')
    .send(Readable.from(chunks));
}

async function* csvOf(rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  yield csvHead;
  for await (const row of rows) yield csvLine(row);
}

async function* jsonOf(rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  let separator = '[';
  for await (const row of rows) {
    yield `${separator}\n${JSON.stringify(row)}`;
    separator = ',';
  }
  yield separator === '[' ? '[]\n' : '\n]\n';
}
