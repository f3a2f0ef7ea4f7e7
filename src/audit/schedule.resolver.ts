import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { MutationEndAuditScheduleArgs, MutationScheduleAuditArgs } from '../generated/graphql.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import { JobQueue } from '../queue/job.queue.js';
import type { AuditScheduleRow } from '../store/audit.rows.js';
import { AuditScheduleStore } from '../store/audit-schedule.store.js';
import { askable, type CheckName } from './checks.js';
import { ScheduleService } from './schedule.service.js';

@Resolver()
export class AuditSchedulesResolver {
  constructor(
    private readonly schedules: AuditScheduleStore,
    private readonly service: ScheduleService,
    private readonly queue: JobQueue,
  ) {}

  @Query('auditChecks')
  auditChecks(): { name: CheckName }[] {
    return askable.map((name) => ({ name }));
  }

  @Query('auditSchedules')
  auditSchedules(): Promise<AuditScheduleRow[]> {
    return this.schedules.live();
  }

  @Mutation('scheduleAudit')
  async scheduleAudit(
    @Args() { input, everyHours }: MutationScheduleAuditArgs,
    @Context() context: WithPrincipal,
  ): Promise<AuditScheduleRow> {
    const added = await this.service.add(input, everyHours, requireRole(context, 'operator').name);
    void this.queue.wake('sweep-audits');
    return added;
  }

  @Mutation('endAuditSchedule')
  endAuditSchedule(
    @Args() { id }: MutationEndAuditScheduleArgs,
    @Context() context: WithPrincipal,
  ): Promise<AuditScheduleRow> {
    requireRole(context, 'operator');
    return this.service.end(id);
  }
}

@Resolver('AuditSchedule')
export class AuditScheduleResolver {
  @ResolveField('createdBy')
  createdBy(@Parent() row: AuditScheduleRow): string {
    return row.created_by;
  }

  @ResolveField('createdAt')
  createdAt(@Parent() row: AuditScheduleRow): Date {
    return row.created_at;
  }

  @ResolveField('everyHours')
  everyHours(@Parent() row: AuditScheduleRow): number {
    return row.every_hours;
  }

  @ResolveField('nextAt')
  nextAt(@Parent() row: AuditScheduleRow): Date {
    return row.next_at;
  }

  @ResolveField('endedAt')
  endedAt(@Parent() row: AuditScheduleRow): Date | null {
    return row.ended_at;
  }

  @ResolveField('input')
  input(@Parent() row: AuditScheduleRow): string {
    return JSON.stringify(row.input);
  }
}
