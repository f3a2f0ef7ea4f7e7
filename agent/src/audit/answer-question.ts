/** One question, answered. Reads only; acts on nothing. */
import { filterCheck, type Answer, type AgentCheck, type Question } from '../contract.js';
import { ticksToNanoseconds } from '../kernel/boot-clock.js';
import { readArgs, readStat } from '../source/proc.js';
import type { Sensor } from '../source/sensor.js';
import { bounded, type Judged, type Naming } from './answer.js';
import { checks } from './checks/index.js';
import type { Need, ProcessFacts } from './facts.js';
import { matching, needsOf } from './filter.js';
import { scan, type ScanOptions } from './scan.js';

export interface AnswerOptions extends Omit<ScanOptions, 'needs' | 'longLivedSeconds' | 'bootNanoseconds'> {
  readonly bootId: string;
  readonly sensor: Pick<Sensor, 'bootNanoseconds' | 'listTasks'>;
}

const ofUnits: readonly AgentCheck[] = ['RESTART_MISSING', 'STOP_TIMEOUT', 'OOM_POLICY', 'MEMORY_MAX_MISSING'];
const tickNs = ticksToNanoseconds(1n);

export async function answerQuestion(question: Question, options: AnswerOptions): Promise<Answer> {
  const begunAt = performance.now();
  const { sensor, bootId } = options;
  const { longLivedSeconds, filter } = question;
  const names = question.checks.filter((name): name is AgentCheck => Object.hasOwn(checks, name));
  const unknown = question.checks.filter((name) => !Object.hasOwn(checks, name));
  const needs = new Set<Need>([...names.flatMap((name) => checks[name].needs), ...(filter ? needsOf(filter) : [])]);
  const bootNanoseconds = () => sensor.bootNanoseconds();
  const { facts, noUnits } = await scan({ ...options, needs, longLivedSeconds, bootNanoseconds });
  const judged: Judged[] = names.map((check) => ({ check, drafts: checks[check].judge(facts) }));
  if (filter) judged.push({ check: filterCheck, drafts: matching(filter, facts.processes) });
  return {
    version: 1,
    question: question.id,
    bootId,
    processes: facts.processes.length,
    durationMs: Math.round(performance.now() - begunAt),
    ...bounded(judged, namingOf(judged, options)),
    skipped: [
      ...unknown.map((check) => ({ check, why: 'This agent does not know it: it is older than the server.' })),
      ...(noUnits === undefined ? [] : withoutUnits(names, noUnits)),
    ],
  };
}

/** Checks that are about units alone have nothing to say without them; the others do with what there is. */
function withoutUnits(names: readonly AgentCheck[], why: string): Answer['skipped'] {
  return names.filter((check) => ofUnits.includes(check)).map((check) => ({ check, why }));
}

/** The sensor is asked for starts only when there is a process to name. */
function namingOf(judged: readonly Judged[], { sensor, redact }: AnswerOptions): Naming {
  const isNeeded = judged.some(({ drafts }) => drafts.some(({ subject }) => subject.kind === 'process'));
  const starts = new Map(isNeeded ? sensor.listTasks().map(({ who }) => [who.pid, who.start]) : []);
  return {
    startOf({ pid, startTicks }) {
      const start = starts.get(pid);
      return start !== undefined && isSameStart(start, startTicks) ? start : undefined;
    },
    commandLineOf(process: ProcessFacts) {
      if (process.kernelThread || readStat(process.pid)?.startTicks !== process.startTicks) return '';
      return redact(readArgs(process.pid).args).join(' ').toWellFormed();
    },
  };
}

/** /proc rounds down to ticks; a trace tells the start some microseconds late. */
function isSameStart(startNs: bigint, ticks: bigint): boolean {
  const apart = startNs - ticksToNanoseconds(ticks);
  return apart >= -tickNs && apart <= 2n * tickNs;
}
