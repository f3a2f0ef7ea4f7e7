/** Reads the trail from its beginning and says whether it is whole. */
import { Inject, Injectable } from '@nestjs/common';
import { Seal } from '../platform/seal.js';
import type { JobEventRow } from './job.rows.js';
import type { Db } from './postgres.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';
import { noHash, trailHash, type TrailHead } from './trail.js';

const rowsPerPage = 1_000;

export interface TrailReport {
  readonly rows: number;
  readonly heads: readonly TrailHead[];
  /** Sentences; none: it is whole. */
  readonly troubles: readonly string[];
}

@Injectable()
export class TrailStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly seal: Seal,
  ) {}

  async heads(): Promise<TrailHead[]> {
    return this.db<TrailHead[]>`select chain, number, hash from trail_heads order by chain`;
  }

  /** @param anchors ends of chains as they were seen before, and kept where the database cannot reach. */
  async verify(anchors: readonly TrailHead[]): Promise<TrailReport> {
    const heads = await this.heads();
    const troubles: string[] = [];
    let rows = 0;
    const present = new Set(heads.map(({ chain }) => chain));
    const all = await this.db<{ chain: number }[]>`select distinct chain from job_events`;
    for (const { chain } of all) if (!present.has(chain)) troubles.push(`Chain ${chain} has rows and no head.`);
    for (const head of heads) {
      const checked = await this.verifyChain(
        head,
        anchors.filter(({ chain }) => chain === head.chain),
      );
      rows += checked.rows;
      if (checked.trouble !== null) troubles.push(checked.trouble);
    }
    for (const { chain } of anchors) {
      if (!present.has(chain)) troubles.push(`Chain ${chain} is gone: it was there when an anchor was kept.`);
    }
    return { rows, heads, troubles: [...new Set(troubles)] };
  }

  /** The head is read before the rows: more may have been added since, fewer not. */
  private async verifyChain(
    head: TrailHead,
    anchors: readonly TrailHead[],
  ): Promise<{ rows: number; trouble: string | null }> {
    const wanted = new Map([head, ...anchors].map(({ number, hash }) => [number, hash]));
    let [last, hash]: [bigint, Uint8Array] = [0n, noHash];
    for (;;) {
      const page = await run<JobEventRow>(this.db, 'trailPage', [head.chain, last, rowsPerPage]);
      for (const row of page) {
        const trouble = this.troubleOf(row, last, hash) ?? otherThan(wanted.get(row.number), row);
        if (trouble !== null) return { rows: Number(last), trouble };
        [last, hash] = [row.number, row.hash];
      }
      if (page.length < rowsPerPage) break;
    }
    const furthest = [...wanted.keys()].reduce((most, number) => (number > most ? number : most), 0n);
    const isShort = furthest > last;
    const trouble = isShort
      ? `Chain ${head.chain} ends at row ${last}; it had ${furthest}: rows are missing at its end.`
      : null;
    return { rows: Number(last), trouble };
  }

  private troubleOf(row: JobEventRow, last: bigint, before: Uint8Array): string | null {
    const where = `Chain ${row.chain}, row ${row.number}`;
    if (row.number !== last + 1n) return `Chain ${row.chain}: row ${last + 1n} is missing.`;
    if (trailHash(this.seal, before, row).equals(row.hash)) return null;
    return `${where} (${row.kind}) is not what was written there: it was changed, moved or put in.`;
  }
}

function otherThan(wanted: Uint8Array | undefined, row: JobEventRow): string | null {
  if (wanted === undefined || Buffer.from(wanted).equals(row.hash)) return null;
  return `Chain ${row.chain}, row ${row.number} is not the one that was its end before.`;
}
