/** Switches of the whole fleet, and who turned them. */
import { Inject, Injectable } from '@nestjs/common';
import { Seal } from '../platform/seal.js';
import type { Tx } from './notifications.js';
import type { Db } from './postgres.js';
import { DB } from './store.tokens.js';
import { addToTrail } from './trail.js';

export interface SwitchRow {
  readonly on: boolean;
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
}

@Injectable()
export class SwitchStore {
  constructor(
    @Inject(DB) private readonly db: Db,
    private readonly seal: Seal,
  ) {}

  async passive(): Promise<SwitchRow> {
    const [row] = await this.db<SwitchRow[]>`select "on", reason, "by", at from switches where name = 'passive'`;
    // Without the row nobody knows: then nothing runs.
    return row ?? { on: true, reason: 'the switch is missing from the database', by: 'whodunit', at: new Date(0) };
  }

  /** In effect when this returns: whoever was about to sign or send has done so before, or does not. */
  async setPassive(row: SwitchRow): Promise<SwitchRow> {
    return (await this.db.begin(async (transaction) => {
      const tx = transaction as Tx;
      const { on, reason, by, at } = row;
      await tx`insert into switches (name, "on", reason, "by", at) values ('passive', ${on}, ${reason}, ${by}, ${at})
        on conflict (name) do update set "on" = excluded."on", reason = excluded.reason, "by" = excluded."by", at = excluded.at`;
      const kind = on ? 'passive-on' : 'passive-off';
      const detail = on ? `Passive mode is on: ${reason}` : `Passive mode is off: ${reason}`;
      await addToTrail(tx, this.seal, [{ jobId: null, at, kind, actor: by, detail }]);
      return row;
    })) as SwitchRow;
  }
}
