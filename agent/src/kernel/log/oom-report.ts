/**
 * Puts an OOM report together from its lines. Pure; knows no clock.
 *
 * Behaviour
 * - A report begins with "invoked oom-killer", or with the first line that can only be of a report, if the log has lost
 *   what was before it: then it is `cut`.
 * - The kernel writes one report at a time (oom_lock), but other lines come between: they are left to others.
 * - It is whole when it names whom it killed. What can still follow it are further victims of the same kill
 *   (memory.oom.group, a choice that fell on a child): so it is given out when the next one begins, when something says
 *   that time has passed (`end`), or after `linesAfterVictimMax` foreign lines.
 * - Of a table with more rows than the wire carries, those with the largest resident sets are kept, and the report is cut.
 */
import { limits, type OomReportEvent, type OomTask, type OomVictim } from '../../contract.js';
import type { LogLine } from './log-line.js';
import * as context from './oom-context.js';
import { parseTaskHead, parseTaskRow } from './oom-task-table.js';
import { parseVictimLine } from './oom-victim.js';

export interface OomReport {
  /** Its first line and the last one that it used. */
  readonly from: LogLine;
  readonly until: LogLine;
  /** Lines "Killed process": the kernel counts these, also when they name one process twice. */
  readonly kills: number;
  /** What it says, as it goes over the wire. */
  readonly fields: Omit<OomReportEvent, 'kind' | 'at' | 'sequence' | 'reconstructed'>;
}

const linesAfterVictimMax = 64;
/** A report with nothing of its own for so long has lost its end. */
const linesForeignMax = 4_096;
const memoryLimitsMax = 8;

interface Draft {
  readonly from: LogLine;
  until: LogLine;
  readonly headless: boolean;
  trigger?: context.Trigger;
  placement?: context.Placement;
  readonly memory: context.MemoryLimit[];
  columns?: NonNullable<ReturnType<typeof parseTaskHead>>;
  tasks: OomTask[];
  cut: boolean;
  readonly chosen: OomVictim[];
  readonly killed: Map<number, OomVictim>;
  kills: number;
  groupKill: boolean;
  nobody: boolean;
  foreignLines: number;
}

export class OomAssembler {
  #draft: Draft | undefined;

  /** A report has begun and is not given out yet. */
  get isOpen(): boolean {
    return this.#draft !== undefined;
  }

  /** It names a victim: unless more follows at once, that is all. */
  get hasVictim(): boolean {
    return this.#draft !== undefined && this.#draft.killed.size > 0;
  }

  /** Takes a line; `taken` when it is a report's own. `report`: one that is complete now. */
  add(line: LogLine): { readonly taken: boolean; readonly report?: OomReport } {
    const trigger = context.parseTrigger(line.text);
    if (trigger) {
      const report = this.end();
      this.#draft = begin(line, false);
      this.#draft.trigger = trigger;
      return { taken: true, ...(report && { report }) };
    }
    const draft = this.#draft ?? begin(line, true);
    if (take(draft, line.text)) {
      draft.until = line;
      draft.foreignLines = 0;
      this.#draft = draft;
      return { taken: true };
    }
    if (this.#draft === undefined) return { taken: false };
    draft.foreignLines += 1;
    const isOver = draft.foreignLines > (draft.killed.size > 0 ? linesAfterVictimMax : linesForeignMax);
    const report = isOver ? this.end() : undefined;
    return { taken: false, ...(report && { report }) };
  }

  /** Lines are missing here: what is open lacks something. */
  lost(): void {
    if (this.#draft) this.#draft.cut = true;
  }

  /** No more lines, or none for a while. */
  end(): OomReport | undefined {
    const draft = this.#draft;
    this.#draft = undefined;
    return draft && finish(draft);
  }
}

function begin(from: LogLine, headless: boolean): Draft {
  return {
    from,
    until: from,
    headless,
    memory: [],
    tasks: [],
    cut: headless,
    chosen: [],
    killed: new Map(),
    kills: 0,
    groupKill: false,
    nobody: false,
    foreignLines: 0,
  };
}

/** False for a line that is not of a report, or that says nothing without one. */
function take(draft: Draft, text: string): boolean {
  return takeVictim(draft, text) || takePlacement(draft, text) || takeTask(draft, text) || takeTriggerPid(draft, text);
}

const group = ' are going to be killed due to memory.oom.group set';
const nobody = /^(?:Out of memory and no killable processes|Memory cgroup out of memory and no killable processes)/;

function takeVictim(draft: Draft, text: string): boolean {
  const line = parseVictimLine(text);
  if (line) {
    const { constraint } = line;
    if (constraint !== undefined) draft.placement = { ...draft.placement, constraint };
    else if (text.startsWith('Out of memory: ')) draft.placement ??= { constraint: 'none' };
    if (line.stage === 'killed') addKilled(draft, line.victim);
    else if (draft.chosen.length < limits.oomVictimsMax) draft.chosen.push(line.victim);
    return true;
  }
  if (text.startsWith('Tasks in ') && text.includes(group)) return (draft.groupKill = true);
  if (!nobody.test(text)) return false;
  return (draft.nobody = true);
}

function addKilled(draft: Draft, victim: OomVictim): void {
  draft.kills += 1;
  const score = draft.chosen.find(({ pid }) => pid === victim.pid)?.score;
  if (!draft.killed.has(victim.pid) && draft.killed.size >= limits.oomVictimsMax) draft.cut = true;
  else draft.killed.set(victim.pid, { ...(score !== undefined && { score }), ...victim });
}

function takePlacement(draft: Draft, text: string): boolean {
  const placement = context.parseConstraint(text) ?? context.parseTaskInCgroup(text);
  const more = placement ?? (draft.placement && context.parseLimitOf(text));
  if (more) {
    draft.placement = { ...draft.placement, ...more };
    return true;
  }
  const limit = context.parseMemoryLimit(text);
  if (limit === undefined) return false;
  if (draft.memory.length < memoryLimitsMax) draft.memory.push(limit);
  return true;
}

function takeTask(draft: Draft, text: string): boolean {
  if (!text.startsWith('[')) return false;
  const columns = parseTaskHead(text);
  if (columns) {
    draft.columns = columns;
    return true;
  }
  const task = draft.columns && parseTaskRow(text, draft.columns);
  if (task === undefined) return false;
  draft.tasks.push(task);
  if (draft.tasks.length >= limits.oomTasksMax * 2) keepLargest(draft);
  return true;
}

function keepLargest(draft: Draft): void {
  if (draft.tasks.length <= limits.oomTasksMax) return;
  draft.tasks = draft.tasks.toSorted((a, b) => (b.rss ?? 0) - (a.rss ?? 0)).slice(0, limits.oomTasksMax);
  draft.cut = true;
}

/** Without a report it is any stack dump's. */
function takeTriggerPid(draft: Draft, text: string): boolean {
  if (draft.trigger === undefined || draft.trigger.pid !== undefined) return false;
  const pid = context.parseTriggerPid(text, draft.trigger.comm);
  if (pid === undefined) return false;
  draft.trigger = { ...draft.trigger, pid };
  return true;
}

function finish(draft: Draft): OomReport | undefined {
  keepLargest(draft);
  const { from, until, trigger, placement, memory, tasks, kills, groupKill, chosen } = draft;
  const victims = [...draft.killed.values()];
  // Some middle of a report that speaks of nobody.
  if (draft.headless && victims.length + chosen.length === 0 && !draft.nobody) return undefined;
  const cut = draft.cut || (victims.length === 0 && !draft.nobody);
  const fields = {
    ...(placement?.constraint !== undefined && { constraint: placement.constraint }),
    ...(trigger && { trigger }),
    ...(placement?.cgroup !== undefined && { cgroup: placement.cgroup }),
    ...(placement?.victimCgroup !== undefined && { victimCgroup: placement.victimCgroup }),
    ...(memory.length > 0 && { memory }),
    ...(groupKill && { groupKill }),
    // Nothing says that what was chosen was spared: the line that would have said otherwise is missing.
    victims: victims.length > 0 ? victims : chosen,
    tasks,
    ...(cut && { cut }),
  };
  return { from, until, kills, fields };
}
