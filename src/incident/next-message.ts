/**
 * Which message goes to a receiver next: of what waits for it, in order. Pure.
 *
 * Nothing overtakes anything of the same incident. A message that was begun is sent again as it is, under its id. What is more
 * than the receiver takes in a minute is told together, where its form allows that; where it does not, an update that a later
 * notice of the incident covers is left to that one.
 */
import type { NoticeChange } from './notice.js';

export interface Waiting {
  readonly id: string;
  readonly incidentId: string;
  readonly change: NoticeChange;
  /** Of the message that carried it before; null: none yet. */
  readonly messageId: string | null;
  readonly nextAt: Date;
}

export interface Room {
  /** Messages that may go out now. */
  readonly slots: number;
  readonly incidentsMax: number | null;
  readonly now: Date;
}

export interface NextMessage {
  /** Of the message; null: it needs one. */
  readonly messageId: string | null;
  readonly ids: readonly string[];
  /** Covered by later ones that wait too. */
  readonly superseded: readonly string[];
}

/** @param waiting everything of the receiver that is not over, in the order in which it became true */
export function nextMessage(waiting: readonly Waiting[], { slots, incidentsMax, now }: Room): NextMessage | null {
  if (slots <= 0) return null;
  const { fresh, begun } = sorted(waiting);
  const due = begun.filter((rows) => rows.every(({ nextAt }) => nextAt <= now));
  const [again] = due.toSorted((a, b) => a[0]!.nextAt.getTime() - b[0]!.nextAt.getTime());
  const [first] = fresh;
  // The one that has waited longest; a message that fails and fails does not keep the others.
  if (again && (first === undefined || again[0]!.nextAt <= first.nextAt)) {
    return { messageId: again[0]!.messageId, ids: again.map(({ id }) => id), superseded: [] };
  }
  if (first === undefined) return null;
  const incidents = new Set(fresh.map(({ incidentId }) => incidentId));
  if (fresh.length <= slots) return alone(first, []);
  if (incidentsMax === null) return covered(fresh);
  const taken = new Set([...incidents].slice(0, incidentsMax));
  return { messageId: null, ids: fresh.filter((row) => taken.has(row.incidentId)).map(({ id }) => id), superseded: [] };
}

const alone = ({ id }: Waiting, superseded: readonly string[]): NextMessage => ({
  messageId: null,
  ids: [id],
  superseded,
});

/** The first notice that no later one covers, and those before it that are. */
function covered(fresh: readonly Waiting[]): NextMessage {
  const last = new Map(fresh.map(({ incidentId, id }) => [incidentId, id]));
  const isCovered = ({ change, incidentId, id }: Waiting) => change === 'UPDATED' && last.get(incidentId) !== id;
  const at = fresh.findIndex((row) => !isCovered(row));
  return alone(
    fresh[at]!,
    fresh.slice(0, at).map(({ id }) => id),
  );
}

/** `fresh`: in no message yet, and with nothing of their incident before them in one. `begun`: messages that may go again. */
function sorted(waiting: readonly Waiting[]): { fresh: Waiting[]; begun: Waiting[][] } {
  const fresh: Waiting[] = [];
  const messages = new Map<string, Waiting[]>();
  const blocked = new Set<string>();
  const behind = new Set<string>();
  for (const row of waiting) {
    const { messageId, incidentId } = row;
    if (messageId === null) {
      if (!blocked.has(incidentId)) fresh.push(row);
      behind.add(incidentId);
      continue;
    }
    const rows = messages.get(messageId) ?? [];
    const isFirst =
      !behind.has(incidentId) && (!blocked.has(incidentId) || rows.some((each) => each.incidentId === incidentId));
    // One of its incidents has something before it: then the whole message waits.
    messages.set(messageId, isFirst ? [...rows, row] : [...rows, { ...row, nextAt: never }]);
    blocked.add(incidentId);
  }
  return { fresh, begun: [...messages.values()] };
}

const never = new Date(8.64e15);
