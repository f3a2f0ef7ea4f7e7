/** Hosts, through Prisma. */
import { Inject, Injectable } from '@nestjs/common';
import type { Rung } from '../contract/index.js';
import type { Host, PrismaClient } from '../generated/prisma/client.js';
import type { HostRow } from './rows.js';
import { PRISMA } from './store.tokens.js';
import { storableText } from './text.js';

export interface HostCriteria {
  readonly name?: string | null;
  readonly rung?: Rung | null;
}

@Injectable()
export class HostStore {
  constructor(@Inject(PRISMA) private readonly prisma: PrismaClient) {}

  /** Several hosts may carry one name (re-imaged machines): the one that was heard last answers to it. */
  async byName(name: string): Promise<HostRow | null> {
    const host = await this.prisma.host.findFirst({
      where: { name: storableText(name) },
      orderBy: [{ lastSeenAt: { sort: 'desc', nulls: 'last' } }, { id: 'desc' }],
    });
    return host && toRow(host);
  }

  async byIds(ids: readonly number[]): Promise<HostRow[]> {
    return (await this.prisma.host.findMany({ where: { id: { in: [...ids] } } })).map(toRow);
  }

  async rungs(ids: readonly number[]): Promise<Map<number, Rung | null>> {
    const hosts = await this.prisma.host.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, rung: true },
    });
    return new Map(hosts.map((host) => [host.id, host.rung as Rung | null]));
  }

  /** Each once. */
  async agentVersions(): Promise<string[]> {
    const rows = await this.prisma.host.findMany({ distinct: ['agentVersion'], select: { agentVersion: true } });
    return rows.flatMap(({ agentVersion }) => agentVersion ?? []);
  }

  /** By name, then id. */
  async page(where: HostCriteria, after: { name: string; id: number } | null, limit: number): Promise<HostRow[]> {
    const hosts = await this.prisma.host.findMany({
      where: {
        ...(where.name ? { name: { contains: literal(storableText(where.name)) } } : {}),
        ...(where.rung ? { rung: where.rung } : {}),
        ...(after ? { OR: [{ name: { gt: after.name } }, { name: after.name, id: { gt: after.id } }] } : {}),
      },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: limit,
    });
    return hosts.map(toRow);
  }
}

/** `contains` becomes LIKE, whose wildcards a caller would not expect. */
function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

function toRow(host: Host): HostRow {
  return {
    id: host.id,
    machine_id: host.machineId,
    name: host.name,
    enrolled_at: host.enrolledAt,
    last_seen_at: host.lastSeenAt,
    agent_version: host.agentVersion,
    rung: host.rung as Rung | null,
    blind_spots: host.blindSpots,
    kernel: host.kernel,
    arch: host.arch,
  };
}
