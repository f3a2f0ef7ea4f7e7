/**
 * `npm run audit:verify`: reads the whole trail of jobs and says whether it is as it was written. Needs DATABASE_URL, and the
 * state directory of the worker with its `seal-key` and `trail-anchors`. Exit status: 0 whole, 1 not, 2 it could not be read.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readEnv } from './platform/env.js';
import { Seal } from './platform/seal.js';
import { readAnchors } from './remediation/anchor.service.js';
import { connectPostgres } from './store/postgres.js';
import { TrailStore } from './store/trail.store.js';

process.exit(await verify());

async function verify(): Promise<number> {
  try {
    const { databaseUrl, stateDir } = readEnv();
    if (!existsSync(path.join(stateDir, 'seal-key')))
      throw new Error(`There is no seal-key in ${stateDir}: set WHODUNIT_STATE_DIR.`);
    const db = connectPostgres(databaseUrl, 1);
    const anchors = await readAnchors(stateDir);
    const { rows, troubles } = await new TrailStore(db, Seal.open(stateDir)).verify(anchors);
    await db.end({ timeout: 5 });
    for (const trouble of troubles) console.error(trouble);
    const compared = `${anchors.length} anchors of ${path.join(stateDir, 'trail-anchors')} compared`;
    console.log(
      `${rows} rows read, ${compared}: ${troubles.length === 0 ? 'the trail is whole' : 'the trail was tampered with'}.`,
    );
    return troubles.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
}
