/** Deaths as lines, newest first, page by page: what is in memory does not grow with what there is. */
import { Injectable } from '@nestjs/common';
import { Failure } from '../../platform/errors.js';
import type { DeathCriteria } from '../../store/death.criteria.js';
import { DeathStore, type DeathPosition } from '../../store/death.store.js';
import { parseLifeId } from '../../store/rows.js';
import { Filters } from '../filters.js';
import { LoaderFactory } from '../loaders.js';
import type { ExportQuery } from './export.query.js';
import { exportedDeaths, present } from './exported-death.js';
import { formats } from './formats.js';

const pageSize = 500;

@Injectable()
export class ExportService {
  constructor(
    private readonly deaths: DeathStore,
    private readonly filters: Filters,
    private readonly loaders: LoaderFactory,
  ) {}

  /**
   * Each item: the lines of one page, as NDJSON.
   * @throws Failure `history/unknown-host`, `history/unknown-death`: before the first line.
   */
  async open({ format, after, limit, ...filter }: ExportQuery): Promise<AsyncGenerator<string>> {
    const [where, position] = await Promise.all([this.filters.deaths(present(filter)), this.positionOf(after)]);
    return this.pages(where, position, { format, limit: limit ?? Infinity });
  }

  private async *pages(
    where: DeathCriteria,
    from: DeathPosition | null,
    { format, limit }: { format: ExportQuery['format']; limit: number },
  ): AsyncGenerator<string> {
    const render = formats[format];
    let after = from;
    for (let left = limit; left > 0; left -= pageSize) {
      const size = Math.min(pageSize, left);
      const deaths = await this.deaths.page(where, { after, limit: size });
      const exported = await exportedDeaths(deaths, this.loaders.create());
      if (exported.length > 0) yield exported.map((death) => `${JSON.stringify(render(death))}\n`).join('');
      if (deaths.length < size) return;
      after = deaths.at(-1)!;
    }
  }

  private async positionOf(after: string | undefined): Promise<DeathPosition | null> {
    if (after === undefined) return null;
    const key = parseLifeId(after);
    const [death] = key ? await this.deaths.byKeys([key]) : [];
    if (death) return death;
    const detail = 'after: there is no death of that id (any more); begin with `until` at its time instead.';
    throw new Failure({ code: 'history/unknown-death', status: 404, detail });
  }
}
