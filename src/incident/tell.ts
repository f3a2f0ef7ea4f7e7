/** What is told of an incident, and when: an incident and what happens to it → the incident as it is then, and its notice. Pure. */
import type { IncidentRow, NewNotice } from '../store/incident.rows.js';
import type { IncidentFacts, IncidentKind, IncidentState, Notice, NoticeChange, Severity } from './notice.js';
import { titleOf } from './title.js';

export interface Told {
  readonly incident: IncidentRow;
  /** Null: nobody has to be told. */
  readonly notice: NewNotice | null;
}

interface At {
  readonly at: Date;
  readonly newId: () => string;
}

/** What is due: the first notice of an incident, or how it stands after it has changed. */
export function tellNews(incident: IncidentRow, when: At): Told {
  return tell({ ...incident, loud: true }, incident.told_at === null ? 'OPENED' : 'UPDATED', null, when);
}

/** @param by null: it is healthy again, or has become part of another */
export function resolve(incident: IncidentRow, by: string | null, when: At): Told {
  const { at } = when;
  const resolved = { ...incident, state: 'RESOLVED', resolved_at: at, updated_at: at, resolved_by: by };
  return tellEnd(resolved, 'RESOLVED', by, when);
}

export function acknowledge(incident: IncidentRow, by: string, when: At): Told {
  const acknowledged = { ...incident, state: 'ACKNOWLEDGED', updated_at: when.at, acknowledged_by: by };
  return tellEnd(acknowledged, 'ACKNOWLEDGED', by, when);
}

/** Who was not told of its beginning is not told of the rest. */
function tellEnd(incident: IncidentRow, change: NoticeChange, by: string | null, when: At): Told {
  return incident.told_at === null ? { incident, notice: null } : tell(incident, change, by, when);
}

function tell(before: IncidentRow, change: NoticeChange, by: string | null, { at, newId }: At): Told {
  const incident = { ...before, told_at: at, untold: false };
  const id = newId();
  const body: Notice = { id, change, at, by, incident: factsOf(incident) };
  return { incident, notice: { id, incident_id: incident.id, at, change, by, body } };
}

export function factsOf(row: IncidentRow): IncidentFacts {
  const facts = {
    id: row.id,
    key: row.key,
    kind: row.kind as IncidentKind,
    state: row.state as IncidentState,
    severity: row.severity as Severity,
    summary: { en: row.summary, zh: row.summary_zh },
    host: row.host_name,
    hosts: row.hosts,
    unit: row.unit,
    exe: row.exe,
    cause: row.cause,
    labels: row.labels,
    count: row.count,
    openedAt: row.opened_at,
    updatedAt: row.updated_at,
    resolvedAt: row.resolved_at,
    latest: { death: row.kind === 'DEATH' ? row.latest_ref : null, at: row.latest_at, evidence: row.evidence },
  };
  return { ...facts, title: titleOf(facts) };
}
