/**
 * The hot SQL, one file a statement in `prisma/sql`, read once at boot: a missing file stops the start.
 * The only place that hands text to the driver, and only ever the text of those files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Row, TransactionSql } from 'postgres';
import type { Db } from './postgres.js';

const directory = path.resolve(import.meta.dirname, '../../prisma/sql');

export const statements = {
  addToTrail: 'add-to-trail',
  advanceCursor: 'advance-cursor',
  approvalsOfJobs: 'approvals-of-jobs',
  bootsPage: 'boots-page',
  childrenPage: 'children-page',
  claimLedger: 'claim-ledger',
  closeFormerBoots: 'close-former-boots',
  closeUnseen: 'close-unseen-processes',
  commandsForHosts: 'commands-for-hosts',
  commandsOfActors: 'commands-of-actors',
  commandsOfJobs: 'commands-of-jobs',
  coreDumpsByVictim: 'core-dumps-by-victim',
  countOutdated: 'count-outdated-verdicts',
  deathByPid: 'death-by-pid',
  deathsByKey: 'deaths-by-key',
  deathsOfService: 'deaths-of-service',
  deathsPage: 'deaths-page',
  deliveriesPage: 'deliveries-page',
  describeHost: 'describe-host',
  dueReceivers: 'due-receivers',
  episodesPage: 'episodes-page',
  eventsOfJobs: 'events-of-jobs',
  fleetTrouble: 'fleet-trouble',
  forgetToldNotices: 'forget-told-notices',
  formerImages: 'former-images',
  holdStreams: 'hold-streams',
  insertActors: 'insert-actors',
  insertApprovals: 'insert-approvals',
  insertCommands: 'insert-commands',
  insertCoreDumps: 'insert-core-dumps',
  insertDeaths: 'insert-deaths',
  insertDeliveries: 'insert-deliveries',
  insertEpisodes: 'insert-episodes',
  insertFormerImages: 'insert-former-images',
  insertJob: 'insert-job',
  insertKernelLog: 'insert-kernel-log',
  insertLosses: 'insert-losses',
  insertOomKills: 'insert-oom-kills',
  insertOomReports: 'insert-oom-reports',
  insertProcesses: 'insert-processes',
  insertSignals: 'insert-signals',
  insertThrottles: 'insert-throttles',
  insertUnknown: 'insert-unknown-events',
  jobCounts: 'job-counts',
  jobsPage: 'jobs-page',
  kernelLogByProcess: 'kernel-log-by-process',
  ledgerLosses: 'ledger-losses',
  ledgerStreams: 'ledger-streams',
  lifeOfPid: 'life-of-pid',
  lineage: 'lineage',
  lockCursor: 'lock-cursor',
  lockJobs: 'lock-jobs',
  lockTrailHeads: 'lock-trail-heads',
  lossesByDeath: 'losses-by-death',
  lossesPage: 'losses-page',
  oomKillsByVictim: 'oom-kills-by-victim',
  oomReportsByVictim: 'oom-reports-by-victim',
  oomTables: 'oom-tables',
  oomTasksPage: 'oom-tasks-page',
  openEpisode: 'open-episode',
  overdueJobs: 'overdue-jobs',
  postLedger: 'post-ledger',
  postLedgerLosses: 'post-ledger-losses',
  processesByKey: 'processes-by-key',
  processesPage: 'processes-page',
  queuedJobs: 'queued-jobs',
  reopenActed: 'reopen-acted',
  repeatedDeliveries: 'repeated-deliveries',
  restartCandidates: 'restart-candidates',
  restartHistory: 'restart-history',
  sameShotPage: 'same-shot-page',
  sameShots: 'same-shots',
  saveCommands: 'save-commands',
  saveJobs: 'save-jobs',
  saveVerdicts: 'save-verdicts',
  shutdownRequests: 'shutdown-requests',
  signalsByTarget: 'signals-by-target',
  signalsPage: 'signals-page',
  stopRequests: 'stop-requests',
  takeOutdated: 'take-outdated-verdicts',
  takePending: 'take-pending-verdicts',
  throttlesPage: 'throttles-page',
  trailPage: 'trail-page',
  unbalancedHosts: 'unbalanced-hosts',
  unitsMainProcess: 'units-main-process',
  untoldNotices: 'untold-notices',
  upsertBoot: 'upsert-boot',
  waitingDeliveries: 'waiting-deliveries',
  zombiesOf: 'zombies-of',
} as const;

export type Statement = keyof typeof statements;

const texts = loadAll();

/** Runs one statement on a connection or in a transaction. Parameters are sent apart from the text, always. */
export async function run<T extends Row>(
  db: Db | TransactionSql<{ bigint: bigint }>,
  statement: Statement,
  parameters: unknown[],
): Promise<T[]> {
  return db.unsafe<T[]>(texts[statement], parameters as never[], { prepare: true });
}

/** The text, for plan tests. */
export function statementText(statement: Statement): string {
  return texts[statement];
}

function loadAll(): Record<Statement, string> {
  const known: string[] = Object.values(statements);
  const stray = readdirSync(directory).filter((file) => !known.includes(path.basename(file, '.sql')));
  if (stray.length > 0) throw new Error(`prisma/sql holds files that nothing runs: ${stray.join(', ')}`);
  const entries = Object.entries(statements).map(([name, file]) => [
    name,
    readFileSync(path.join(directory, `${file}.sql`), 'utf8'),
  ]);
  return Object.fromEntries(entries) as Record<Statement, string>;
}
