import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Label, Rung } from '../generated/graphql.js';
import type { HostRow } from '../store/rows.js';

@Resolver('Host')
export class HostResolver {
  @ResolveField('id')
  id(@Parent() host: HostRow): string {
    return String(host.id);
  }

  @ResolveField('machineId')
  machineId(@Parent() host: HostRow): string {
    return host.machine_id;
  }

  @ResolveField('enrolledAt')
  enrolledAt(@Parent() host: HostRow): Date {
    return host.enrolled_at;
  }

  @ResolveField('lastSeenAt')
  lastSeenAt(@Parent() host: HostRow): Date | null {
    return host.last_seen_at;
  }

  @ResolveField('agentVersion')
  agentVersion(@Parent() host: HostRow): string | null {
    return host.agent_version;
  }

  @ResolveField('rung')
  rung(@Parent() host: HostRow): Rung | null {
    return host.rung && (host.rung.toUpperCase() as Rung);
  }

  @ResolveField('labels')
  labels(@Parent() { labels }: HostRow): Label[] {
    return Object.entries(labels).map(([key, value]) => ({ key, value }));
  }

  @ResolveField('blindSpots')
  blindSpots(@Parent() host: HostRow): string[] {
    return host.blind_spots;
  }
}
