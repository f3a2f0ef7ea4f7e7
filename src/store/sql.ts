/**
 * The hot SQL, one file a statement in `prisma/sql`, read once at boot: a missing file stops the start.
 * The only place that hands text to the driver, and only ever the text of those files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Row, TransactionSql } from 'postgres';
import { plannedOnce, type Db } from './postgres.js';

const directory = path.resolve(import.meta.dirname, '../../prisma/sql');

export const statements = {
  addDeathTurns: 'add-death-turns',
  addEpisodeTurns: 'add-episode-turns',
  addToTrail: 'add-to-trail',
  advanceCursors: 'advance-cursors',
  answerAudit: 'answer-audit',
  approvalsOfJobs: 'approvals-of-jobs',
  auditComparison: 'audit-comparison',
  auditFindingsPage: 'audit-findings-page',
  auditsPage: 'audits-page',
  bootsPage: 'boots-page',
  childrenPage: 'children-page',
  claimLedger: 'claim-ledger',
  closeFormerBoots: 'close-former-boots',
  closeUnseen: 'close-unseen-processes',
  commandsForHosts: 'commands-for-hosts',
  commandsOfActors: 'commands-of-actors',
  commandsOfJobs: 'commands-of-jobs',
  coreDumpsByVictim: 'core-dumps-by-victim',
  countDeaths: 'count-deaths',
  countOutdated: 'count-outdated-verdicts',
  deathByPid: 'death-by-pid',
  deathCounts: 'death-counts',
  deathCountsFromHistory: 'death-counts-from-history',
  deathsByKey: 'deaths-by-key',
  deathsMatching: 'deaths-matching',
  deathsOfDay: 'deaths-of-day',
  deathsOfHostPage: 'deaths-of-host-page',
  deathsOfServices: 'deaths-of-services',
  deathsPage: 'deaths-page',
  deleteIncidents: 'delete-incidents',
  deleteMembers: 'delete-members',
  deliveriesPage: 'deliveries-page',
  describeHost: 'describe-host',
  describeLives: 'describe-lives',
  dropDay: 'drop-day',
  dueIncidents: 'due-incidents',
  dueReceivers: 'due-receivers',
  dueTurns: 'due-turns',
  endAudits: 'end-audits',
  episodesPage: 'episodes-page',
  eventsOfJobs: 'events-of-jobs',
  fleetTrouble: 'fleet-trouble',
  forgetAttempts: 'forget-attempts',
  forgetAudits: 'forget-audits',
  forgetDeliveries: 'forget-deliveries',
  forgetFindings: 'forget-findings',
  forgetIncidents: 'forget-incidents',
  forgetMembers: 'forget-members',
  forgetSchedules: 'forget-schedules',
  forgetSilences: 'forget-silences',
  forgetToldNotices: 'forget-told-notices',
  formerImages: 'former-images',
  healthyIncidents: 'healthy-incidents',
  holdStreams: 'hold-streams',
  incidentsPage: 'incidents-page',
  insertActors: 'insert-actors',
  insertApprovals: 'insert-approvals',
  insertAuditFindings: 'insert-audit-findings',
  insertCommands: 'insert-commands',
  insertCoreDumps: 'insert-core-dumps',
  insertDeaths: 'insert-deaths',
  insertDeliveries: 'insert-deliveries',
  insertEpisodes: 'insert-episodes',
  insertFormerImages: 'insert-former-images',
  insertJobs: 'insert-jobs',
  insertKernelLog: 'insert-kernel-log',
  insertLives: 'insert-lives',
  insertLosses: 'insert-losses',
  insertNotices: 'insert-notices',
  insertOomKills: 'insert-oom-kills',
  insertOomReports: 'insert-oom-reports',
  insertSignals: 'insert-signals',
  insertThrottles: 'insert-throttles',
  insertUnknown: 'insert-unknown-events',
  internContexts: 'intern-contexts',
  internImages: 'intern-images',
  jobCounts: 'job-counts',
  jobsPage: 'jobs-page',
  kernelLogByProcess: 'kernel-log-by-process',
  knownLives: 'known-lives',
  latestDeathsPage: 'latest-deaths-page',
  ledgerLosses: 'ledger-losses',
  ledgerStreams: 'ledger-streams',
  lifeOfPid: 'life-of-pid',
  lineage: 'lineage',
  livesOfPids: 'lives-of-pids',
  lockCursors: 'lock-cursors',
  lockIncidents: 'lock-incidents',
  lockJobs: 'lock-jobs',
  lockTrailHeads: 'lock-trail-heads',
  lockVerdicts: 'lock-verdicts',
  lossesByDeath: 'losses-by-death',
  lossesPage: 'losses-page',
  makeDays: 'make-days',
  membersOfTroubles: 'members-of-troubles',
  membersPage: 'members-page',
  mergeIncidents: 'merge-incidents',
  nextDeathDay: 'next-death-day',
  noteLastingEpisodes: 'note-lasting-episodes',
  noteSilentHosts: 'note-silent-hosts',
  noticesPage: 'notices-page',
  oomKillsByVictim: 'oom-kills-by-victim',
  oomReportsByVictim: 'oom-reports-by-victim',
  oomTables: 'oom-tables',
  oomTasksPage: 'oom-tasks-page',
  openEpisodes: 'open-episodes',
  overdueJobs: 'overdue-jobs',
  policyCounts: 'policy-counts',
  postLedger: 'post-ledger',
  postLedgerLosses: 'post-ledger-losses',
  processesByKey: 'processes-by-key',
  processesPage: 'processes-page',
  pruneTurns: 'prune-turns',
  queuedJobs: 'queued-jobs',
  recountVerdicts: 'recount-verdicts',
  reopenActed: 'reopen-acted',
  repeatedDeliveries: 'repeated-deliveries',
  restartCandidates: 'restart-candidates',
  restartHistory: 'restart-history',
  sameShotPage: 'same-shot-page',
  sameShots: 'same-shots',
  returnTurns: 'return-turns',
  saveCommands: 'save-commands',
  saveIncidents: 'save-incidents',
  saveJobs: 'save-jobs',
  saveMembers: 'save-members',
  saveTouchedHosts: 'save-touched-hosts',
  saveVerdicts: 'save-verdicts',
  servicesAlive: 'services-alive',
  shutdownRequests: 'shutdown-requests',
  signalsByTarget: 'signals-by-target',
  signalsPage: 'signals-page',
  silencesPage: 'silences-page',
  silencesSince: 'silences-since',
  stopRequests: 'stop-requests',
  stopsCutShort: 'stops-cut-short',
  takeOutdated: 'take-outdated-verdicts',
  takePending: 'take-pending-verdicts',
  takePendingTroubles: 'take-pending-troubles',
  takeQuestions: 'take-questions',
  throttlesPage: 'throttles-page',
  touchedHosts: 'touched-hosts',
  trailPage: 'trail-page',
  troubleDeaths: 'trouble-deaths',
  troubleEpisodes: 'trouble-episodes',
  troubleEscalations: 'trouble-escalations',
  troubleHosts: 'trouble-hosts',
  troubleLosses: 'trouble-losses',
  turnsPage: 'turns-page',
  unbalancedHosts: 'unbalanced-hosts',
  uncountDay: 'uncount-day',
  unitsMainProcesses: 'units-main-processes',
  untoldNotices: 'untold-notices',
  upsertBoots: 'upsert-boots',
  waitingDeliveries: 'waiting-deliveries',
  wantVerdicts: 'want-verdicts',
  zombiesOf: 'zombies-of',
} as const;

export type Statement = keyof typeof statements;

/** See plannedOnce(). */
export const keyed: ReadonlySet<Statement> = new Set<Statement>([
  ...([
    'deathByPid',
    'deathsByKey',
    'deathsMatching',
    'lifeOfPid',
    'lineage',
    'livesOfPids',
    'processesByKey',
  ] as const),
  ...(['deathsOfHostPage', 'latestDeathsPage'] as const),
  ...(['restartCandidates', 'restartHistory', 'servicesAlive', 'stopRequests'] as const),
]);

const texts = loadAll();

/** Runs one statement on a connection or in a transaction. Parameters are sent apart from the text, always. */
export async function run<T extends Row>(
  db: Db | TransactionSql<{ bigint: bigint }>,
  statement: Statement,
  parameters: unknown[],
): Promise<T[]> {
  const connection = keyed.has(statement) ? plannedOnce(db) : db;
  return connection.unsafe<T[]>(texts[statement], parameters as never[], { prepare: true });
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
