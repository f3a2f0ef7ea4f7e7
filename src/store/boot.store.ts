/** Boots of a host, and who took it down. */
import { Inject, Injectable } from '@nestjs/common';
import { stopVerbs, type ProcessFacts } from '../verdict/index.js';
import { Lineage } from './facts.rows.js';
import type { Db } from './postgres.js';
import { ProcessStore } from './process.store.js';
import type { BootRow, LifeKey } from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';

/** Where a page of boots begins: after this one. */
export type BootPosition = Pick<BootRow, 'booted_at' | 'id'>;

/** Time that services get to stop, and then some. */
const requestReach = '10 minutes';
const requestsPerBootMax = 64;

@Injectable()
export class BootStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly processes: ProcessStore,
  ) {}

  /** Newest first. */
  async page(hostId: number, after: BootPosition | null, limit: number): Promise<BootRow[]> {
    return run<BootRow>(this.db, 'bootsPage', [hostId, after?.booted_at ?? null, after?.id ?? null, limit]);
  }

  /** The kernel's own id of a boot. */
  async bootId(id: number): Promise<string | null> {
    const [row] = await this.db<{ boot_id: string }[]>`select boot_id from boots where id = ${id}`;
    return row?.boot_id ?? null;
  }

  /** Boots of hosts by the kernel's ids. @returns whoever asks for one of them by host and id; null: no such boot is known. */
  async byBootIds(
    asked: readonly { readonly hostId: number; readonly bootId: string }[],
  ): Promise<(hostId: number, bootId: string) => number | null> {
    if (asked.length === 0) return () => null;
    const [hosts, ids] = [asked.map(({ hostId }) => hostId), asked.map(({ bootId }) => bootId)];
    const rows = await this.db<{ id: number; host_id: number; boot_id: string }[]>`
      select id, host_id, boot_id from boots
      join unnest(${hosts}::int[], ${ids}::uuid[]) as k(host_id, boot_id) using (host_id, boot_id)`;
    const found = new Map(rows.map(({ id, host_id, boot_id }) => [`${host_id}:${boot_id}`, id]));
    return (hostId, bootId) => found.get(`${hostId}:${bootId.toLowerCase()}`) ?? null;
  }

  /** @returns by boot, latest first: programs that can take a host down, started shortly before the boot's end. */
  async shutdownRequests(boots: readonly number[]): Promise<Map<number, ProcessFacts[]>> {
    const keys = await run<LifeKey>(this.db, 'shutdownRequests', [
      [...boots],
      requestReach,
      requestsPerBootMax,
      [...stopVerbs],
    ]);
    const people = new Lineage(await this.processes.lineage(keys), []);
    const requests = new Map<number, ProcessFacts[]>();
    for (const key of keys) {
      const process = people.at(key, key.start_ns);
      if (process) requests.set(key.boot, [...(requests.get(key.boot) ?? []), process]);
    }
    return requests;
  }
}
