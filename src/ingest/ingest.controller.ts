import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { Ack } from '../contract/index.js';
import { requireHost, type WithPrincipal } from '../platform/principal.js';
import { IngestService } from './ingest.service.js';

@Controller('v1/batches')
export class IngestController {
  constructor(private readonly ingest: IngestService) {}

  @Post()
  @HttpCode(200)
  take(@Req() request: WithPrincipal, @Body() body: unknown): Promise<Ack> {
    return this.ingest.take(requireHost(request).hostId, body);
  }
}
