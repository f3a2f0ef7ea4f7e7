import { Args, Query, Resolver } from '@nestjs/graphql';
import type {
  QueryDeathsArgs,
  QueryHostArgs,
  QueryHostsArgs,
  QueryProcessArgs,
  QueryProcessesArgs,
  QueryWhoKilledArgs,
} from '../generated/graphql.js';
import { DeathStore } from '../store/death.store.js';
import { HostStore } from '../store/host.store.js';
import { ProcessStore } from '../store/process.store.js';
import { parseLifeId, type DeathRow, type HostRow, type ProcessRow } from '../store/rows.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';
import { afterDeath, deathCursor } from './death.cursor.js';
import { Filters } from './filters.js';
import { afterProcess, processCursor } from './process.cursor.js';
import { WhoKilledService } from './who-killed.service.js';

@Resolver()
export class QueryResolver {
  constructor(
    private readonly whoKilledService: WhoKilledService,
    private readonly deathStore: DeathStore,
    private readonly processStore: ProcessStore,
    private readonly hostStore: HostStore,
    private readonly filters: Filters,
  ) {}

  @Query('whoKilled')
  whoKilled(@Args() { host, pid, at }: QueryWhoKilledArgs): Promise<DeathRow> {
    return this.whoKilledService.find(host, pid, at ?? null);
  }

  @Query('deaths')
  async deaths(@Args() { filter, first, after }: QueryDeathsArgs): Promise<Connection<DeathRow>> {
    const size = pageSize(first);
    const position = afterDeath(after);
    const rows = await this.deathStore.page(await this.filters.deaths(filter), { after: position, limit: size + 1 });
    return toConnection(rows, size, deathCursor);
  }

  @Query('processes')
  async processes(@Args() { filter, first, after }: QueryProcessesArgs): Promise<Connection<ProcessRow>> {
    const size = pageSize(first);
    const position = afterProcess('processes', after);
    const rows = await this.processStore.page(await this.filters.processes(filter), position, size + 1);
    return toConnection(rows, size, (row) => processCursor('processes', row));
  }

  @Query('process')
  async process(@Args() { id }: QueryProcessArgs): Promise<ProcessRow | null> {
    const key = parseLifeId(id);
    return key && ((await this.processStore.byKeys([key]))[0] ?? null);
  }

  @Query('hosts')
  async hosts(@Args() { filter, first, after }: QueryHostsArgs): Promise<Connection<HostRow>> {
    const size = pageSize(first);
    const position = decodeCursor('hosts', after, [cursorParts.text, cursorParts.int]);
    const rung = filter?.rung ? (filter.rung.toLowerCase() as Lowercase<typeof filter.rung>) : null;
    const rows = await this.hostStore.page(
      { name: filter?.name ?? null, rung, labels: filter?.labels ?? null },
      position && { name: position[0]!, id: Number(position[1]) },
      size + 1,
    );
    return toConnection(rows, size, (row) => encodeCursor('hosts', [row.name, row.id]));
  }

  @Query('host')
  host(@Args() { name }: QueryHostArgs): Promise<HostRow | null> {
    return this.hostStore.byName(name);
  }
}
