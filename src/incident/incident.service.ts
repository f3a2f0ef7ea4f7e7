/** What people do about incidents and silences. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { SilenceInput } from '../generated/graphql.js';
import { Failure } from '../platform/errors.js';
import { metrics } from '../platform/metrics.js';
import type { Person } from '../platform/principal.js';
import { JobQueue } from '../queue/job.queue.js';
import type { IncidentRow, SilenceRow } from '../store/incident.rows.js';
import { IncidentStore, uuidPattern } from '../store/incident.store.js';
import { newSilence } from './new-silence.js';
import { acknowledge, resolve, type Told } from './tell.js';

@Injectable()
export class IncidentService {
  constructor(
    private readonly store: IncidentStore,
    private readonly queue: JobQueue,
  ) {}

  /** @throws Failure `incident/unknown`, `incident/over` */
  async unresolved(id: string): Promise<IncidentRow> {
    return unresolved(await this.store.byId(id), id);
  }

  /** By whoever was first. @throws Failure `incident/unknown`, `incident/over` */
  acknowledge(id: string, by: Person): Promise<IncidentRow> {
    return this.change(id, (incident) =>
      incident.state === 'ACKNOWLEDGED' ? { incident, notice: null } : acknowledge(incident, by.name, when()),
    );
  }

  /** @throws Failure `incident/unknown`, `incident/over` */
  resolve(id: string, by: Person): Promise<IncidentRow> {
    return this.change(id, (incident) => resolve(incident, by.name, when()));
  }

  /** @throws Failure `incident/bad-silence` */
  async silence(input: SilenceInput, by: Person): Promise<SilenceRow> {
    const silence = newSilence(input, { by: by.name, ...when() });
    await this.store.addSilence(silence);
    return silence;
  }

  /** @throws Failure `incident/unknown-silence`, `incident/over` */
  async endSilence(id: string, by: Person): Promise<SilenceRow> {
    const ended = uuidPattern.test(id) && (await this.store.endSilence(id, by.name, new Date()));
    const [silence] = await this.store.silencesById([id]);
    if (!silence) throw unknown('incident/unknown-silence', 'silence', id);
    if (!ended) throw over('The silence', silence.ends_at);
    return silence;
  }

  private async change(id: string, step: (incident: IncidentRow) => Told): Promise<IncidentRow> {
    if (!uuidPattern.test(id)) throw unknown('incident/unknown', 'incident', id);
    const { incident, notice } = await this.store.transaction(async (tx) => {
      const [found] = await tx.lock([], [id]);
      const before = unresolved(found, id);
      const told = step(before);
      if (told.incident === before) return told;
      const none = { merged: [], members: [], left: [], touched: [] };
      await tx.save({ ...none, incidents: [told.incident], notices: told.notice ? [told.notice] : [] });
      return told;
    });
    if (notice) {
      metrics.notices.inc({ change: notice.change });
      await this.queue.wake('tell-notices');
    }
    return incident;
  }
}

function when() {
  return { at: new Date(), newId: randomUUID };
}

function unresolved(incident: IncidentRow | null | undefined, id: string): IncidentRow {
  if (!incident) throw unknown('incident/unknown', 'incident', id);
  if (incident.resolved_at) throw over('The incident', incident.resolved_at);
  return incident;
}

function unknown(code: `${string}/${string}`, what: string, id: string): Failure {
  return new Failure({ code, status: 404, detail: `There is no ${what} with the id ${JSON.stringify(id)}.` });
}

function over(what: string, since: Date): Failure {
  const detail = `${what} is over since ${since.toISOString()}.`;
  return new Failure({ code: 'incident/over', status: 409, detail });
}
