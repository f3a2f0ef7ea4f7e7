/**
 * 2,000 deaths of some 60 kinds, in a random order, twelve at a time, while short lives flood by: cause and actor of each
 * against what test/fixtures/programs/mixed.c knows to be true. At least 99.5 % are right, the rest is UNKNOWN, none is wrong.
 *
 * MIXED_SEED repeats a run's order, MIXED_COUNT makes another number of deaths.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { another, typist } from '../scenarios/scenario.js';
import { cgroupHierarchies, createCgroups } from '../support/cgroups.js';
import { eventually } from '../support/eventually.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { compile } from '../support/programs.js';
import { startSystem, type System } from '../support/system.js';

const count = Number(process.env['MIXED_COUNT'] ?? 2_000);
const seed = Number(process.env['MIXED_SEED'] ?? Date.now() % 1_000_000);
const atOnce = 12;
const rightMin = 0.995;
/** Those of mixed.c that are not fixed by the place where this runs. */
const actors: Readonly<Record<string, string>> = { OTHER: another, TERMINAL: typist };

interface Truth {
  /** Pid and start, in clock ticks. */
  readonly life: string;
  readonly kind: string;
  readonly cause: string;
  readonly answer: string;
}
interface Stored {
  readonly life: string;
  readonly cause: string | null;
  readonly actor: string | null;
  readonly actor_pid: number | null;
  readonly summary: string | null;
}

function parseTruth(line: string): Truth {
  const [pid, start, kind = '', cause = '', actor = '', actorPid] = line.split('\t');
  return { life: `${pid} ${start}`, kind, cause, answer: `${cause} ${actors[actor] ?? actor} ${actorPid}` };
}

const answerOf = ({ cause, actor, actor_pid }: Stored) => `${cause} ${actor} ${actor_pid ?? 0}`;

/** Nothing is claimed, or the right cause and nobody as its actor. */
function isUnknown(stored: Stored, cause: string): boolean {
  return stored.cause === 'UNKNOWN' || (stored.cause === cause && stored.actor === 'UNKNOWN');
}

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('2,000 deaths of all kinds', () => {
  let system: System;
  let program: Awaited<ReturnType<typeof compile>>;
  const cgroups = createCgroups();

  beforeAll(async () => {
    [system, program] = await Promise.all([startSystem(), compile('mixed')]);
  });
  afterAll(async () => {
    cgroups.remove();
    await system?.close();
    await program?.remove();
  });

  const directoryOf = (hierarchy: 'memory' | 'unified') =>
    cgroupHierarchies().includes(hierarchy) ? cgroups.make(hierarchy, `whodunit-mixed-${process.pid}`) : '-';

  async function die(): Promise<readonly Truth[]> {
    const load = spawn('/bin/sh', ['-c', 'while :; do /bin/true; done'], { stdio: 'ignore' });
    const args = [seed, count, atOnce].map(String);
    const driver = spawn(program.file, [...args, directoryOf('memory'), directoryOf('unified')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      let text = '';
      driver.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
      const [code] = (await once(driver, 'close')) as [number | null];
      expect(code).toBe(0);
      return text.trim().split('\n').map(parseTruth);
    } finally {
      load.kill('SIGKILL');
      driver.kill('SIGKILL');
    }
  }

  /** Once all are stored and decided; late evidence, such as an OOM report, has some time to decide again. */
  async function stored(truths: readonly Truth[]): Promise<ReadonlyMap<string, Stored>> {
    const sql = postgres(system.databaseUrl, { max: 1 });
    const read = async () => {
      const rows = await sql<Stored[]>`
        select pid || ' ' || start_ns / 10000000 as life, cause, actor_kind as actor, actor_pid, summary from deaths`;
      return new Map(rows.map((row) => [row.life, row]));
    };
    try {
      let lives = await eventually(async () => {
        const found = await read();
        return truths.every(({ life }) => found.get(life)?.cause != null) ? found : null;
      }, 90_000);
      const isRight = ({ life, answer }: Truth) => answerOf(lives.get(life)!) === answer;
      for (let attempt = 0; attempt < 50 && !truths.every(isRight); attempt += 1) {
        await sleep(200);
        lives = await read();
      }
      return lives;
    } finally {
      await sql.end();
    }
  }

  test('are_told_with_cause_and_actor_or_as_unknown_but_never_wrong', { timeout: 600_000 }, async () => {
    const truths = await die();
    expect(truths).toHaveLength(count);
    const lives = await stored(truths);
    const asked = truths.map((truth) => ({ ...truth, stored: lives.get(truth.life)! }));
    const notRight = asked.filter(({ answer, stored: one }) => answerOf(one) !== answer);
    const wrong = notRight.filter(({ cause, stored: one }) => !isUnknown(one, cause));
    const right = count - notRight.length;
    const kinds = new Set(truths.map(({ kind }) => kind)).size;
    console.log(`seed ${seed}: ${count} deaths of ${kinds} kinds, ${right} right, ${wrong.length} wrong, ${load()}`);
    for (const { kind, answer, stored: one } of notRight)
      console.log(`  ${kind}: ${answer}, told as ${answerOf(one)}: ${one.summary}`);
    expect(wrong.map(({ kind }) => kind)).toEqual([]);
    expect(kinds).toBeGreaterThanOrEqual(25);
    expect(right / count).toBeGreaterThanOrEqual(rightMin);
  });
});

const load = () => `load ${readFileSync('/proc/loadavg', 'utf8').split(' ')[0]}`;
