/** `GET /v1/export`: recorded deaths as newline-delimited JSON, for log stores and SIEMs. */
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Failure } from '../../platform/errors.js';
import type { Logger } from '../../platform/logger.js';
import { LOGGER } from '../../platform/platform.tokens.js';
import { parseExportQuery } from './export.query.js';
import { ExportService } from './export.service.js';

/** Each keeps a connection to Postgres busy: the others are for those who look for one death. */
const atOnceMax = 4;

@Controller('v1/export')
export class ExportController {
  private running = 0;

  constructor(
    private readonly exports: ExportService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A line that could not be made ends the connection without the last chunk: the client sees that it does not have all. */
  @Get()
  async export(
    @Query() query: unknown,
    @Headers('accept-encoding') accepted: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (this.running >= atOnceMax) throw busy();
    this.running += 1;
    try {
      const lines = Readable.from(await this.exports.open(parseExportQuery(query)), {
        objectMode: true,
        highWaterMark: 1,
      });
      lines.once('close', () => (this.running -= 1));
      lines.once('error', (error) => this.logger.error({ err: error }, 'an export ended early'));
      void reply.header('content-type', 'application/x-ndjson; charset=utf-8').header('vary', 'accept-encoding');
      const gzip = /\bgzip\b/.test(accepted ?? '');
      if (gzip) void reply.header('content-encoding', 'gzip');
      void reply.send(gzip ? pipeline(lines, createGzip(), () => undefined) : lines);
    } catch (error) {
      this.running -= 1;
      throw error;
    }
  }
}

function busy(): Failure {
  const detail = `${atOnceMax} exports are running already.`;
  return new Failure({ code: 'history/busy', status: 429, detail, retryAfterSeconds: 5 });
}
