/** What a transaction about incidents reads and writes. Rows that it changes are locked first. */
import type { IncidentSettings } from '../platform/env.js';
import { bigints, keyArrays } from './keys.js';
import type {
  IncidentChanges,
  IncidentRow,
  MemberRow,
  SilenceRow,
  TouchedHostRow,
  TroubleDeathRow,
  TroubleEpisodeRow,
  TroubleEscalationRow,
  TroubleHostRow,
  TroubleLossRow,
  TroubleRef,
  TroubleRows,
} from './incident.rows.js';
import { notifyIncidents, type Tx } from './notifications.js';
import { parseEpisodeId, parseLifeId } from './rows.js';
import { run } from './sql.js';
import { wantedEnds } from './wanted-ends.js';

/** Of those that were on lately. */
const silencesMax = 10_000;

export class IncidentTransaction {
  constructor(private readonly tx: Tx) {}

  takePending(limit: number): Promise<TroubleRef[]> {
    return run<TroubleRef & Record<string, unknown>>(this.tx, 'takePendingTroubles', [limit]);
  }

  async troubles(refs: readonly TroubleRef[]): Promise<TroubleRows> {
    const of = (kind: string) => refs.flatMap((one) => (one.kind === kind ? [one.ref] : []));
    const lives = of('DEATH').flatMap((ref) => parseLifeId(ref) ?? []);
    const episodes = of('EPISODE').flatMap((ref) => parseEpisodeId(ref) ?? []);
    const hosts = of('SILENT_HOST').map((ref) => Number(ref.split('@', 1)[0]));
    const states = [episodes.map(({ state }) => state), bigints(episodes.map(({ since_ns }) => since_ns))];
    const [deathRows, episodeRows, lossRows, escalationRows, hostRows] = await Promise.all([
      lives.length > 0 ? run<TroubleDeathRow & Row>(this.tx, 'troubleDeaths', keyArrays(lives)) : [],
      episodes.length > 0
        ? run<TroubleEpisodeRow & Row>(this.tx, 'troubleEpisodes', [...keyArrays(episodes), ...states])
        : [],
      of('LOSS').length > 0 ? run<TroubleLossRow & Row>(this.tx, 'troubleLosses', [of('LOSS')]) : [],
      of('BREAKER').length > 0 ? run<TroubleEscalationRow & Row>(this.tx, 'troubleEscalations', [of('BREAKER')]) : [],
      hosts.length > 0 ? run<TroubleHostRow & Row>(this.tx, 'troubleHosts', [hosts]) : [],
    ]);
    return { deaths: deathRows, episodes: episodeRows, losses: lossRows, escalations: escalationRows, hosts: hostRows };
  }

  async members(refs: readonly TroubleRef[]): Promise<MemberRow[]> {
    if (refs.length === 0) return [];
    return run<MemberRow & Row>(this.tx, 'membersOfTroubles', [
      refs.map(({ kind }) => kind),
      refs.map(({ ref }) => ref),
    ]);
  }

  /** Those of the groups that are not over, and those of the ids; locked. */
  async lock(groups: readonly string[], ids: readonly string[]): Promise<IncidentRow[]> {
    if (groups.length === 0 && ids.length === 0) return [];
    return run<IncidentRow & Row>(this.tx, 'lockIncidents', [[...groups], [...ids]]);
  }

  /** Incidents that have something to tell by now. */
  async due({ settleMs, updateMs, healthyMs }: IncidentSettings, limit: number): Promise<string[]> {
    const bounds = [settleMs, updateMs, healthyMs].map(milliseconds);
    return ids(await run<{ id: string }>(this.tx, 'dueIncidents', [...bounds, limit]));
  }

  /** Incidents that are over. */
  async healthy({ healthyMs, silentMs }: IncidentSettings, limit: number): Promise<string[]> {
    const bounds = [milliseconds(healthyMs), milliseconds(silentMs), [...wantedEnds]];
    return ids(await run<{ id: string }>(this.tx, 'healthyIncidents', [...bounds, limit]));
  }

  async touched(incidents: readonly string[], hosts: readonly number[]): Promise<TouchedHostRow[]> {
    if (incidents.length === 0 || hosts.length === 0) return [];
    return run<TouchedHostRow & Row>(this.tx, 'touchedHosts', [[...incidents], [...hosts]]);
  }

  /** Those that may have been on at or after that time. */
  silences(since: Date): Promise<SilenceRow[]> {
    return run<SilenceRow & Row>(this.tx, 'silencesSince', [since, silencesMax]);
  }

  /** Told when the transaction commits. */
  async save({ incidents, merged, members, left, touched, notices }: IncidentChanges): Promise<void> {
    const json = (rows: readonly object[]) => JSON.stringify(rows);
    const { tx } = this;
    const stale = incidents.filter(({ count, told_at }) => count === 0 && told_at === null).map(({ id }) => id);
    const news = incidents.map(({ id }) => id);
    // In this order: what is merged leaves its hosts to the other before that one's are counted.
    await Promise.all([
      ...(incidents.length > 0 ? [run(tx, 'saveIncidents', [json(incidents)])] : []),
      ...(merged.length > 0
        ? [run(tx, 'mergeIncidents', [merged.map(({ from }) => from), merged.map(({ into }) => into)])]
        : []),
      ...(members.length > 0 ? [run(tx, 'saveMembers', [json(members)])] : []),
      ...(left.length > 0
        ? [run(tx, 'deleteMembers', [left.map(({ kind }) => kind), left.map(({ ref }) => ref)])]
        : []),
      ...(touched.length > 0 ? [run(tx, 'saveTouchedHosts', [json(touched)])] : []),
      ...(notices.length > 0 ? [run(tx, 'insertNotices', [json(notices)])] : []),
      ...(stale.length > 0 ? [run(tx, 'deleteIncidents', [stale])] : []),
      ...(news.length > 0 ? [notifyIncidents(tx, news)] : []),
    ]);
  }
}

type Row = Record<string, unknown>;

function ids(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

function milliseconds(ms: number): string {
  return `${ms} ms`;
}
