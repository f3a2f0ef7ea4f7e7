/**
 * `npm run counts:rebuild`: counts deaths anew from history, a day of a host at a time, while everything runs. Days whose deaths
 * are gone keep their counts. Needs DATABASE_URL. Exit status: 0 done, 1 not: what was not done is as it was.
 */
import { readEnv } from './platform/env.js';
import { DeathCountStore } from './store/death-count.store.js';
import { connectPostgres } from './store/postgres.js';

process.exit(await rebuild());

async function rebuild(): Promise<number> {
  try {
    const db = connectPostgres(readEnv().databaseUrl, 1);
    let [days, deaths] = [0, 0];
    await new DeathCountStore(db).rebuild((hostId, day, counted) => {
      [days, deaths] = [days + 1, deaths + counted];
      console.log(`host ${hostId}, ${day.toISOString().slice(0, 10)}: ${counted} deaths; ${deaths} in all`);
    });
    console.log(`counted anew: ${deaths} deaths of ${days} days of hosts.`);
    await db.end({ timeout: 5 });
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
