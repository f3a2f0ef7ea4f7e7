/** Rows → what `restartOf` decides by, pure. */
import type { ProcessFacts, RestartFacts } from '../verdict/index.js';
import { groupBy, Lineage } from './facts.rows.js';
import { lifeId, type DeathRow, type FormerImageRow, type LifeKey, type LineageRow, type ProcessRow } from './rows.js';

/** Which death a row belongs to; it is of the same boot. */
interface OfDeath {
  readonly of_pid: number;
  readonly of_start_ns: bigint;
}

export type RestartCandidateRow = ProcessRow & OfDeath;

export interface RestartSpanRow extends OfDeath {
  readonly boot: number;
  readonly started_ns: bigint;
  readonly ended_ns: bigint | null;
}

export interface RestartRows {
  readonly deaths: readonly DeathRow[];
  /** Earliest first. */
  readonly candidates: readonly RestartCandidateRow[];
  readonly history: readonly RestartSpanRow[];
  /** Of the dead and of the candidates. */
  readonly lineage: readonly LineageRow[];
  /** Oldest first. */
  readonly formerImages: readonly FormerImageRow[];
}

/** Who made a life is looked for this far up: beyond a wrapper or two nobody guards anything. */
const makersMax = 8;

/** Boot-clock time after all others: a process with its present image. */
const present = 2n ** 63n;

/** @returns by `lifeId` of the dead; a death that nothing followed has none. */
export function assembleRestarts(rows: RestartRows): Map<string, RestartFacts> {
  const people = new Lineage(rows.lineage, rows.formerImages);
  const lives = new Map(rows.lineage.map((row) => [lifeId(row), row]));
  const next = groupBy(rows.candidates, deathId);
  const history = groupBy(rows.history, deathId);
  const facts = rows.deaths.flatMap((death): [string, RestartFacts][] => {
    const followers = next.get(lifeId(death));
    if (!followers) return [];
    return [
      [
        lifeId(death),
        {
          next: followers.flatMap((row) => nextLife(row, people, lives)),
          parent: parentFacts(death, lives),
          lives: (history.get(lifeId(death)) ?? []).map(({ started_ns, ended_ns }) => {
            return { startedAt: started_ns, endedAt: ended_ns };
          }),
        },
      ],
    ];
  });
  return new Map(facts);
}

function deathId({ boot, of_pid, of_start_ns }: OfDeath & { readonly boot: number }): string {
  return lifeId({ boot, pid: of_pid, start_ns: of_start_ns });
}

function nextLife(
  row: RestartCandidateRow,
  people: Lineage,
  lives: ReadonlyMap<string, ProcessRow>,
): RestartFacts['next'] {
  const makers: ProcessFacts[] = [];
  for (let key = parentKey(row); key && makers.length < makersMax;) {
    const maker = people.at(key, row.start_ns);
    if (!maker) break;
    makers.push(maker);
    key = parentKey(lives.get(lifeId(key)));
  }
  const process = people.at(row, present);
  return process ? [{ process, startedAt: row.start_ns, makers }] : [];
}

function parentFacts(death: DeathRow, lives: ReadonlyMap<string, ProcessRow>): RestartFacts['parent'] {
  const key = parentKey(lives.get(lifeId(death)));
  const parent = key && lives.get(lifeId(key));
  if (!parent) return null;
  return { unit: parent.unit, endedBefore: parent.ended_at !== null && parent.ended_at < death.died_at };
}

function parentKey(row: ProcessRow | undefined): LifeKey | null {
  if (!row || row.parent_pid === null || row.parent_start_ns === null) return null;
  return { boot: row.boot, pid: row.parent_pid, start_ns: row.parent_start_ns };
}
