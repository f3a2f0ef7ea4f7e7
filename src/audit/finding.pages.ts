/** Pages of findings, of one run or of what two runs have in common or have not. */
import { Injectable } from '@nestjs/common';
import type { AuditFindingFilter, InputMaybe } from '../generated/graphql.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import { cursorParts, decodeCursor, encodeCursor } from '../platform/cursor.js';
import { Failure } from '../platform/errors.js';
import type { FindingRow } from '../store/audit.rows.js';
import { AuditStore, type FindingCriteria } from '../store/audit.store.js';
import { HostStore } from '../store/host.store.js';

interface PageArgs {
  readonly filter?: InputMaybe<AuditFindingFilter> | undefined;
  readonly first?: InputMaybe<number> | undefined;
  readonly after?: InputMaybe<string> | undefined;
}

@Injectable()
export class FindingPages {
  constructor(
    private readonly audits: AuditStore,
    private readonly hosts: HostStore,
  ) {}

  /** @throws Failure `audit/unknown-host` (404). */
  async of(
    auditId: string,
    { filter, first, after }: PageArgs,
    compared: NonNullable<FindingCriteria['compared']> | null,
  ): Promise<Connection<FindingRow>> {
    const size = pageSize(first);
    const key = decodeCursor('auditFindings', after, [cursorParts.bigint]);
    const { check, severity, host } = filter ?? {};
    const where = { check, severity, hostId: host == null ? null : await this.hostId(host), compared };
    const rows = await this.audits.findings(auditId, where as FindingCriteria, key && BigInt(key[0]!), size + 1);
    return toConnection(rows, size, ({ id }) => encodeCursor('auditFindings', [id]));
  }

  private async hostId(name: string): Promise<number> {
    const host = await this.hosts.byName(name);
    if (host) return host.id;
    const detail = `No host named ${JSON.stringify(name)} is enrolled.`;
    throw new Failure({ code: 'audit/unknown-host', status: 404, detail });
  }
}
