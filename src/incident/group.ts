/**
 * Troubles → incidents. A trouble is counted by one incident, however often it comes: that of its host and group (kind, unit or
 * executable, cause), or, while there is one, that of the fleet. When enough hosts have the same trouble within a while, their
 * incidents become one of the fleet. A trouble that is decided otherwise moves. Pure: who calls has locked what may change.
 */
import { createHash } from 'node:crypto';
import type {
  IncidentChanges,
  IncidentRow,
  MemberRow,
  NewMember,
  NewNotice,
  SilenceRow,
  TouchedHostRow,
  TroubleRef,
} from '../store/incident.rows.js';
import { severities, type Severity } from './notice.js';
import { silenceOf } from './silence.js';
import { resolve } from './tell.js';
import type { Trouble } from './trouble.js';

export interface GroupState {
  /** Those of the troubles' groups that are not over, and those that count one of the troubles. */
  readonly incidents: readonly IncidentRow[];
  readonly members: readonly MemberRow[];
  /** What those incidents have of the hosts in question. */
  readonly touched: readonly TouchedHostRow[];
  readonly silences: readonly SilenceRow[];
}

export interface GroupOptions {
  readonly at: Date;
  readonly newId: () => string;
  readonly fleetHosts: number;
  readonly fleetMs: number;
}

/** What comes later than that is history: nobody is called for it. An agent that was cut off for a while is not late. */
export const lateMs = 3_600_000;

/** @param none what was thought to be trouble and is not, or not any more */
export function group(
  troubles: readonly Trouble[],
  none: readonly TroubleRef[],
  state: GroupState,
  options: GroupOptions,
): IncidentChanges {
  const turn = new GroupTurn(state, options);
  for (const ref of none) turn.drop(ref);
  for (const trouble of troubles.toSorted((a, b) => a.at.getTime() - b.at.getTime())) turn.add(trouble);
  return turn.changes();
}

export function groupKeyOf({ kind, unit, exe, cause }: Pick<Trouble, 'kind' | 'unit' | 'exe' | 'cause'>): string {
  return [kind, bounded(unit ?? exe ?? ''), bounded(cause ?? '')].join('|');
}

export const fleet = 'fleet';

export function keyOf(groupKey: string, host: number | typeof fleet): string {
  return `${host === fleet ? fleet : `host-${host}`}|${groupKey}`;
}

const nameCharactersMax = 120;

/** Paths can be longer than an index takes. */
function bounded(name: string): string {
  if (name.length <= nameCharactersMax) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${name.slice(0, nameCharactersMax)}~${digest}`;
}

interface Draft {
  row: IncidentRow;
  changed: boolean;
}

interface Touched {
  count: number;
  latest_at: Date;
  latest_ref: string;
  changed: boolean;
}

class GroupTurn {
  readonly #drafts = new Map<string, Draft>();
  /** By key, what is not over. */
  readonly #open = new Map<string, Draft>();
  readonly #counted: Map<string, string>;
  readonly #touched = new Map<string, Touched>();
  readonly #added = new Map<string, Omit<NewMember, 'incident_id'>>();
  readonly #left = new Map<string, TroubleRef>();
  readonly #merged = new Map<string, string>();
  readonly #stored: ReadonlySet<string>;

  constructor(
    private readonly state: GroupState,
    private readonly options: GroupOptions,
  ) {
    this.#stored = new Set(state.incidents.map(({ id }) => id));
    for (const row of state.incidents) {
      const draft = { row, changed: false };
      this.#drafts.set(row.id, draft);
      if (row.resolved_at === null) this.#open.set(row.key, draft);
    }
    this.#counted = new Map(state.members.map((member) => [name(member), member.incident_id]));
    const never = { latest_at: new Date(0), latest_ref: '', changed: false };
    for (const { incident_id, host_id, count } of state.touched)
      this.#touched.set(`${incident_id} ${host_id}`, { count, ...never });
  }

  /** What an incident that is over has counted stays as it was. */
  drop(ref: TroubleRef): void {
    const member = this.state.members.find((one) => name(one) === name(ref));
    const draft = member && this.#drafts.get(member.incident_id);
    if (!member || draft?.row.resolved_at !== null) return;
    this.#leave(ref, member.host_id, draft);
  }

  add(trouble: Trouble): void {
    const known = this.#counted.get(name(trouble));
    const groupKey = groupKeyOf(trouble);
    if (known !== undefined) {
      const draft = this.#drafts.get(known);
      if (draft === undefined || draft.row.resolved_at !== null) return;
      if (draft.row.group_key === groupKey) return this.#describe(draft, trouble);
      this.#leave(trouble, trouble.host.id, draft);
    } else if (trouble.at.getTime() < this.options.at.getTime() - lateMs) return;
    const own = keyOf(groupKey, trouble.host.id);
    const open = this.#open.get(keyOf(groupKey, fleet)) ?? this.#open.get(own);
    if (open) return this.#count(open, trouble);
    this.#count(this.#create(own, groupKey, trouble), trouble);
    this.#mergeIfMany(groupKey, trouble);
  }

  changes(): IncidentChanges {
    const notices: NewNotice[] = [];
    const incidents = [...this.#drafts.values()].flatMap(({ row, changed }) => {
      const isUnborn = row.merged_into !== null && !this.#stored.has(row.id);
      if (!changed || isUnborn) return [];
      const isOver = row.merged_into !== null || row.count === 0;
      if (!isOver) return [row];
      const told = resolve(row, null, this.options);
      if (told.notice) notices.push(told.notice);
      return [told.incident];
    });
    const merged = [...this.#merged].flatMap(([from, into]) => (this.#stored.has(from) ? [{ from, into }] : []));
    const members = [...this.#added].map(([key, member]) => ({ ...member, incident_id: this.#counted.get(key)! }));
    const touched = [...this.#touched].flatMap(([key, { changed, ...host }]) => {
      const [incident_id = '', host_id] = key.split(' ');
      return changed ? [{ incident_id, host_id: Number(host_id), ...host }] : [];
    });
    return { incidents, merged, members, left: [...this.#left.values()], touched, notices };
  }

  #create(key: string, group_key: string, trouble: Trouble): Draft {
    const { at } = this.options;
    const { kind, unit, exe, cause, severity, host, ref } = trouble;
    const row: IncidentRow = {
      ...{ id: this.options.newId(), key, group_key, kind, state: 'OPEN', severity, unit, exe, cause },
      ...{ host_id: host.id, host_name: host.name, labels: host.labels, count: 0, hosts: 0 },
      ...{
        opened_at: at,
        updated_at: at,
        resolved_at: null,
        acknowledged_by: null,
        resolved_by: null,
        merged_into: null,
      },
      ...{ latest_at: new Date(0), latest_ref: ref, summary: '', summary_zh: '', evidence: [] },
      ...{ loud: false, silence_id: null, told_at: null, untold: true },
    };
    const draft = { row, changed: true };
    this.#drafts.set(row.id, draft);
    this.#open.set(key, draft);
    return draft;
  }

  #count(draft: Draft, trouble: Trouble): void {
    const { kind, ref, at, host } = trouble;
    const { row } = draft;
    const key = `${row.id} ${host.id}`;
    const touched = this.#touched.get(key) ?? { count: 0, latest_at: at, latest_ref: ref, changed: true };
    const isNew = touched.count === 0;
    const isLatest = at >= touched.latest_at;
    this.#touched.set(key, {
      count: touched.count + 1,
      latest_at: isLatest ? at : touched.latest_at,
      latest_ref: isLatest ? ref : touched.latest_ref,
      changed: true,
    });
    this.#counted.set(name(trouble), row.id);
    this.#added.set(name(trouble), { kind, ref, host_id: host.id, at });
    this.#left.delete(name(trouble));
    const silence = silenceOf(trouble, this.state.silences);
    draft.changed = true;
    draft.row = {
      ...row,
      count: row.count + 1,
      hosts: row.hosts + (isNew ? 1 : 0),
      labels: isNew && row.hosts > 0 ? shared(row.labels, host.labels) : row.labels,
      severity: worse(row.severity as Severity, trouble.severity),
      updated_at: this.options.at,
      loud: row.loud || silence === null,
      untold: row.untold || silence === null,
      silence_id: silence?.id ?? null,
    };
    this.#describe(draft, trouble);
  }

  /** An incident tells of its latest trouble. */
  #describe(draft: Draft, { ref, at, summary, evidence }: Trouble): void {
    const { row } = draft;
    if (at < row.latest_at) return;
    draft.changed = true;
    draft.row = { ...row, latest_at: at, latest_ref: ref, summary: summary.en, summary_zh: summary.zh, evidence };
  }

  #leave(ref: TroubleRef, hostId: number, draft: Draft): void {
    const { row } = draft;
    const touched = this.#touched.get(`${row.id} ${hostId}`);
    if (touched) {
      touched.count -= 1;
      touched.changed = true;
    }
    const isGone = touched?.count === 0;
    draft.changed = true;
    draft.row = {
      ...row,
      count: row.count - 1,
      hosts: row.hosts - (isGone ? 1 : 0),
      untold: row.untold || row.loud,
      updated_at: this.options.at,
    };
    this.#counted.delete(name(ref));
    this.#added.delete(name(ref));
    this.#left.set(name(ref), { kind: ref.kind, ref: ref.ref });
  }

  #mergeIfMany(groupKey: string, trouble: Trouble): void {
    const { at, fleetMs, fleetHosts } = this.options;
    const since = at.getTime() - fleetMs;
    const alike = [...this.#open.values()].filter(
      ({ row }) => row.group_key === groupKey && row.count > 0 && row.opened_at.getTime() >= since,
    );
    if (alike.length < fleetHosts) return;
    const whole = this.#create(keyOf(groupKey, fleet), groupKey, trouble);
    whole.row = { ...whole.row, host_id: null, host_name: null, severity: 'CRITICAL' };
    for (const one of alike) this.#merge(one, whole);
  }

  #merge(one: Draft, whole: Draft): void {
    const [part, all] = [one.row, whole.row];
    const isLater = part.latest_at >= all.latest_at;
    const { latest_at, latest_ref, summary, summary_zh, evidence, silence_id } = isLater ? part : all;
    whole.row = {
      ...all,
      count: all.count + part.count,
      hosts: all.hosts + part.hosts,
      labels: all.hosts === 0 ? part.labels : shared(all.labels, part.labels),
      opened_at: part.opened_at < all.opened_at ? part.opened_at : all.opened_at,
      loud: all.loud || part.loud,
      ...{ latest_at, latest_ref, summary, summary_zh, evidence, silence_id },
    };
    one.changed = true;
    one.row = { ...part, merged_into: all.id };
    this.#open.delete(part.key);
    this.#merged.set(part.id, all.id);
    for (const [key, id] of this.#counted) if (id === part.id) this.#counted.set(key, all.id);
    for (const [key, touched] of this.#touched) {
      const [id, host] = key.split(' ');
      if (id !== part.id) continue;
      this.#touched.delete(key);
      this.#touched.set(`${all.id} ${host}`, touched);
    }
  }
}

function name({ kind, ref }: TroubleRef): string {
  return `${kind} ${ref}`;
}

function shared(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(a).filter(([key, value]) => Object.hasOwn(b, key) && b[key] === value));
}

function worse(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) <= severities.indexOf(b) ? a : b;
}
