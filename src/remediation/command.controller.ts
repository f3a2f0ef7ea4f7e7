import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { requireHost, type WithPrincipal } from '../platform/principal.js';
import { ReportService } from './report.service.js';
import { CommandStreams } from './streams.js';

/** What agents call. */
@Controller('v1')
export class CommandController {
  constructor(
    private readonly streams: CommandStreams,
    private readonly reports: ReportService,
  ) {}

  @Get('commands')
  commands(@Req() request: WithPrincipal, @Res() reply: FastifyReply): void {
    const { hostId, credential } = requireHost(request);
    reply.hijack();
    this.streams.open(hostId, credential, reply.raw);
  }

  @Post('reports')
  @HttpCode(204)
  async report(@Req() request: WithPrincipal, @Body() body: unknown): Promise<void> {
    await this.reports.take(requireHost(request).hostId, body);
  }
}
