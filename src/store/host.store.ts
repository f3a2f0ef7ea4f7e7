/** Hosts: by name and id, which every job asks for, and in pages. */
import { Inject, Injectable } from '@nestjs/common';
import type { Rung } from '../contract/index.js';
import type { Host, PrismaClient } from '../generated/prisma/client.js';
import { groupBy } from './facts.rows.js';
import type { Db } from './postgres.js';
import type { HostRow } from './rows.js';
import { DB, PRISMA } from './store.tokens.js';
import { storableText } from './text.js';

/** All of them, or the compiler complains. */
const columns = Object.keys({
  ...{ id: 0, machine_id: 0, name: 0, enrolled_at: 0, last_seen_at: 0, agent_version: 0, rung: 0, blind_spots: 0 },
  ...{ kernel: 0, arch: 0, labels: 0 },
} satisfies Record<keyof HostRow, 0>);

export interface HostCriteria {
  readonly name?: string | null;
  readonly rung?: Rung | null;
  /** All of them. */
  readonly labels?: readonly { readonly key: string; readonly value: string }[] | null;
}

@Injectable()
export class HostStore {
  constructor(
    @Inject(PRISMA) private readonly prisma: PrismaClient,
    @Inject(DB) private readonly db: Db,
  ) {}

  /** @returns whoever asks for all of one name: machines that were imaged anew, or copied, share theirs. The one heard last is first. */
  async named(names: readonly string[]): Promise<(name: string) => readonly HostRow[]> {
    const hosts = await this.db<HostRow[]>`
      select ${this.db(columns)} from hosts where name = any (${names.map(storableText)}::text[])
      order by last_seen_at desc nulls last, id desc`;
    const found = groupBy(hosts, ({ name }) => name);
    return (name) => found.get(storableText(name)) ?? [];
  }

  /** Of several the one heard last. */
  async byName(name: string): Promise<HostRow | null> {
    return (await this.named([name]))(name)[0] ?? null;
  }

  async byIds(ids: readonly number[]): Promise<HostRow[]> {
    return this.db<HostRow[]>`select ${this.db(columns)} from hosts where id = any (${[...ids]}::int[])`;
  }

  async count(): Promise<number> {
    return this.prisma.host.count();
  }

  async rungs(ids: readonly number[]): Promise<Map<number, Rung | null>> {
    const hosts = await this.db<Pick<HostRow, 'id' | 'rung'>[]>`
      select id, rung from hosts where id = any (${[...ids]}::int[])`;
    return new Map(hosts.map(({ id, rung }) => [id, rung]));
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
        AND: (where.labels ?? []).map(({ key, value }) => {
          return { labels: { path: [storableText(key)], equals: storableText(value) } };
        }),
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
    labels: host.labels as HostRow['labels'],
  };
}
