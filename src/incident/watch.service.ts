/**
 * Troubles become incidents, incidents are told, and are over. The list of troubles is the truth of what is left to group: an entry
 * leaves it in the transaction that counts it. One worker at a time.
 */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Env, IncidentSettings } from '../platform/env.js';
import { metrics } from '../platform/metrics.js';
import { ENV } from '../platform/platform.tokens.js';
import { JobQueue } from '../queue/job.queue.js';
import type { IncidentRow, NewNotice, TroubleRef } from '../store/incident.rows.js';
import { IncidentStore } from '../store/incident.store.js';
import type { IncidentTransaction } from '../store/incident.transaction.js';
import { group, groupKeyOf, lateMs } from './group.js';
import { troublesOf } from './other-trouble.js';
import { resolve, tellNews, type Told } from './tell.js';

/** Large enough that a flood is counted in few transactions, small enough that the first incident does not wait for it. */
const troublesPerTurn = 500;
const incidentsPerTurn = 200;

@Injectable()
export class WatchService {
  private readonly settings: IncidentSettings;
  /** Before that nobody knows who was heard: a server that was down has not made hosts silent. */
  private readonly listening = new Date();

  constructor(
    private readonly store: IncidentStore,
    private readonly queue: JobQueue,
    @Inject(ENV) env: Env,
  ) {
    this.settings = env.incidents;
  }

  /** What is on the list becomes incidents; works until nothing is left. */
  async group(): Promise<void> {
    let taken: number;
    do {
      const turn = await this.store.alone((tx) => this.groupSome(tx));
      await this.told(turn.notices);
      ({ taken } = turn);
    } while (taken === troublesPerTurn);
    await this.tellDue();
  }

  /** What comes with time: silence, what lasts, what is over, what is to be told by now. */
  async watch(): Promise<void> {
    await this.store.note(this.settings, this.listening);
    await this.group();
    await this.change(
      (tx) => tx.healthy(this.settings, incidentsPerTurn),
      (incident) => resolve(incident, null, when()),
    );
  }

  private tellDue(): Promise<void> {
    return this.change(
      (tx) => tx.due(this.settings, incidentsPerTurn),
      (incident) =>
        incident.told_at === null || incident.untold || !incident.loud ? tellNews(incident, when()) : null,
    );
  }

  /** @returns how many were taken. */
  private async groupSome(tx: IncidentTransaction): Promise<{ taken: number; notices: readonly NewNotice[] }> {
    const refs = await tx.takePending(troublesPerTurn);
    if (refs.length === 0) return { taken: 0, notices: [] };
    const at = new Date();
    const rows = await tx.troubles(refs);
    const troubles = troublesOf(rows, at);
    const members = await tx.members(refs);
    const silences = await tx.silences(new Date(at.getTime() - lateMs));
    const groups = [...new Set(troubles.map(groupKeyOf))];
    const incidents = await tx.lock(groups, [...new Set(members.map(({ incident_id }) => incident_id))]);
    const hosts = [...new Set([...troubles.map(({ host }) => host.id), ...members.map(({ host_id }) => host_id)])];
    const touched = await tx.touched(
      incidents.map(({ id }) => id),
      hosts,
    );
    const { fleetHosts, fleetMs } = this.settings;
    const options = { ...when(), at, fleetHosts, fleetMs };
    const changes = group(troubles, without(refs, troubles), { incidents, members, touched, silences }, options);
    await tx.save(changes);
    return { taken: refs.length, notices: changes.notices };
  }

  /** Each as it is once it is locked: somebody may have said that it is over, or taken care of it. */
  private async change(
    find: (tx: IncidentTransaction) => Promise<readonly string[]>,
    step: (incident: IncidentRow) => Told | null,
  ): Promise<void> {
    const notices = await this.store.alone(async (tx) => {
      const found = await tx.lock([], await find(tx));
      const told = found.flatMap((incident) => (incident.resolved_at === null ? (step(incident) ?? []) : []));
      const news = told.flatMap(({ notice }) => notice ?? []);
      const none = { merged: [], members: [], left: [], touched: [] };
      await tx.save({ ...none, incidents: told.map(({ incident }) => incident), notices: news });
      return news;
    });
    await this.told(notices);
  }

  /** They are committed. */
  private async told(notices: readonly NewNotice[]): Promise<void> {
    for (const { change } of notices) metrics.notices.inc({ change });
    if (notices.length > 0) await this.queue.wake('tell-notices');
  }
}

function when() {
  return { at: new Date(), newId: randomUUID };
}

/** Those that were on the list and are no trouble. */
function without(refs: readonly TroubleRef[], troubles: readonly TroubleRef[]): readonly TroubleRef[] {
  const are = new Set(troubles.map(({ kind, ref }) => `${kind} ${ref}`));
  return refs.filter(({ kind, ref }) => !are.has(`${kind} ${ref}`));
}
