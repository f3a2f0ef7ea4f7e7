/** Jobs for incident tools that speak REST. */
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Req } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import { JobStore } from '../store/job.store.js';
import type { JobReply } from './job.reply.js';
import { JobService, view, type JobView } from './job.service.js';
import { badRequest } from './job.input.js';
import { planView } from './plan.view.js';

@Controller('v1/jobs')
export class JobController {
  constructor(
    private readonly jobs: JobService,
    private readonly store: JobStore,
  ) {}

  @Post()
  @HttpCode(201)
  async request(
    @Req() request: WithPrincipal,
    @Headers('idempotency-key') key: string | undefined,
    @Body() body: unknown,
  ): Promise<JobReply> {
    const person = requireRole(request, 'operator');
    if (body === null || typeof body !== 'object') throw badRequest('the request', 'is not an object.');
    if (key !== undefined && 'idempotencyKey' in body) {
      throw badRequest('idempotencyKey', 'Give it as a header or in the body, not both.');
    }
    return reply(await this.jobs.request(key === undefined ? body : { ...body, idempotencyKey: key }, person));
  }

  @Get(':id')
  async job(@Param('id') id: string): Promise<JobReply> {
    const job = await this.store.byId(id);
    if (job) return reply(view(job));
    throw new Failure({ code: 'remediation/unknown-job', status: 404, detail: 'There is no job of that id.' });
  }
}

function reply(job: JobView): JobReply {
  const { id, action, state, dryRun, reason, detail, code, objections } = job;
  const plan = job.plan === '' ? null : planView(job);
  return {
    ...{ id, action, state, dryRun, reason, detail, code },
    requestedBy: job.requested_by,
    requestedAt: job.created_at.toISOString(),
    deadline: job.deadline.toISOString(),
    endedAt: job.ended_at?.toISOString() ?? null,
    approvalsNeeded: job.approvals_needed,
    planDigest: plan?.digest ?? null,
    risk: plan?.risk ?? null,
    warnings: [...(plan?.warnings ?? [])],
    steps: plan?.targets.map(({ host, steps }) => ({ host, steps })) ?? [],
    objections: objections.map(({ code: objection, host, text }) => ({ code: objection, host, text })),
  };
}
