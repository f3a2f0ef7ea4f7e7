/** Lives: by key, by pid, in pages, and their lineage. */
import { Inject, Injectable } from '@nestjs/common';
import { keyArrays } from './keys.js';
import type { Db } from './postgres.js';
import type { FormerImageRow, LifeKey, LineageRow, ProcessRow } from './rows.js';
import { run } from './sql.js';
import { DB } from './store.tokens.js';
import { textOrNull } from './text.js';

export interface ProcessCriteria {
  readonly hostId?: number | null;
  readonly pid?: number | null;
  readonly exe?: string | null;
  readonly command?: string | null;
  readonly user?: string | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
  readonly alive?: boolean | null;
}

/** Where a page of lives begins: after this one. */
export interface ProcessPosition extends LifeKey {
  readonly started_at: Date;
}

@Injectable()
export class ProcessStore {
  constructor(@Inject(DB) private readonly db: Db) {}

  async byKeys(keys: readonly LifeKey[]): Promise<ProcessRow[]> {
    return run<ProcessRow>(this.db, 'processesByKey', keyArrays(keys));
  }

  /** The given lives and all their ancestors, in no order. */
  async lineage(keys: readonly LifeKey[]): Promise<LineageRow[]> {
    return run<LineageRow>(this.db, 'lineage', keyArrays(keys));
  }

  /** Images that the given lives had before, oldest first. */
  async formerImages(keys: readonly LifeKey[]): Promise<FormerImageRow[]> {
    return run<FormerImageRow>(this.db, 'formerImages', keyArrays(keys));
  }

  /** The latest life of a pid that had begun by `at`. */
  async lifeOfPid(hostId: number, pid: number, at: Date | null): Promise<ProcessRow | null> {
    return (await run<ProcessRow>(this.db, 'lifeOfPid', [hostId, pid, at]))[0] ?? null;
  }

  /** The latest lives of pids on hosts, in no order; a pid that was never seen has none. */
  async livesOfPids(
    asked: readonly { readonly hostId: number; readonly pid: number }[],
  ): Promise<(ProcessRow & { readonly boot_id: string })[]> {
    if (asked.length === 0) return [];
    return run(this.db, 'livesOfPids', [asked.map(({ hostId }) => hostId), asked.map(({ pid }) => pid)]);
  }

  /** Newest first. */
  async page(where: ProcessCriteria, after: ProcessPosition | null, limit: number): Promise<ProcessRow[]> {
    return run<ProcessRow>(this.db, 'processesPage', [
      where.hostId ?? null,
      where.pid ?? null,
      textOrNull(where.exe),
      textOrNull(where.command),
      textOrNull(where.user),
      where.since ?? null,
      where.until ?? null,
      where.alive ?? null,
      after?.started_at ?? null,
      after?.boot ?? null,
      after?.pid ?? null,
      after?.start_ns ?? null,
      limit,
    ]);
  }

  /** Newest first. */
  async childrenPage(parent: LifeKey, after: ProcessPosition | null, limit: number): Promise<ProcessRow[]> {
    return run<ProcessRow>(this.db, 'childrenPage', [
      parent.boot,
      parent.pid,
      parent.start_ns,
      after?.started_at ?? null,
      after?.pid ?? null,
      after?.start_ns ?? null,
      limit,
    ]);
  }
}
