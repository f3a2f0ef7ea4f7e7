/** Lines of cron that end processes: a leak that somebody gave up on, and deaths that nobody will be able to explain. */
import type { Check } from '../facts.js';
import { aboutHost } from '../judging.js';

export const cronKills: Check = {
  needs: ['cron'],
  judge: ({ host }) =>
    host.cron.map(({ file, line, command, by }) => aboutHost('WARNING', { file, line, by, command })),
};
