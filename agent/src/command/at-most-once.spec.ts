/**
 * Generated hosts, commands and crashes: whatever happens, no command is carried out twice, none on anybody but its target,
 * none on whom it must not touch, none above the cap; and each ends in a report that is true.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Report, type Command, type CommandAction } from '../../../src/contract/index.js';
import { silentLog } from '../log.js';
import { success } from '../result.js';
import { Commander } from './commander.js';
import { commandFor, createSigner, thisHost } from './command.fixture.js';
import { Journal } from './journal.js';
import { KnownTime } from './known-time.js';
import { defaultPolicy } from './policy.js';
import { Crash, Paper } from './system.fixture.js';

const signer = createSigner();
/** 10,000 take a minute and more. */
const runs = Number(process.env['WHODUNIT_COMMAND_RUNS'] ?? (process.env['CI'] ? 2_500 : 500));

interface Life {
  /** Ends at this step; beyond the last one it goes well. */
  readonly stepsLeft: number | undefined;
  readonly tornBytes: number;
  /** Afterwards; else only the process ended. */
  readonly isPowerFailure: boolean;
}

/** What the server knows: it sends again what has no end, and keeps the first end that it is told. */
class Server {
  readonly ends = new Map<string, Report>();
  readonly accepted = new Set<string>();
  readonly #commands: readonly Command[];

  constructor(commands: readonly Command[]) {
    this.#commands = commands;
  }

  due(): readonly Command[] {
    return this.#commands.filter(({ id }) => !this.ends.has(id));
  }

  take(report: Report): void {
    Report.parse(report);
    if (report.state === 'ACCEPTED') this.accepted.add(report.command);
    else if (!this.ends.has(report.command)) this.ends.set(report.command, report);
  }
}

/** One agent, from its start to its end. `replayed`: commands that somebody sends again though they ended. */
async function live(paper: Paper, server: Server, life: Life, perHourMax: number, replayed: readonly Command[]) {
  paper.tornBytes = life.tornBytes;
  paper.stepsLeft = life.stepsLeft;
  try {
    const journal = new Journal(paper.disk, paper.wallMs);
    const time = new KnownTime({ wallMs: () => paper.wallMs, bootNanoseconds: () => paper.nowNs });
    const report = (told: Report) => {
      try {
        paper.point();
        server.take(told);
        if (told.state === 'ACCEPTED' || told.state === 'REFUSED') return;
        paper.point();
        journal.told(told.command);
      } catch (error) {
        // Sending is nothing that whoever reports waits for.
        if (!(error instanceof Crash)) throw error;
      }
    };
    const commander = new Commander({
      ...{ ...paper.ports, journal, time, report, key: signer.key, host: thisHost, log: silentLog },
      readPolicy: () => success({ ...defaultPolicy, perHourMax }),
    });
    commander.recover();
    for (const command of [...server.due(), ...replayed]) {
      // Each in a turn of its own, or several in one.
      if (Number.parseInt(command.id.slice(0, 1), 16) % 2 === 0) await new Promise(setImmediate);
      commander.take({ event: 'command', data: signer.seal(command), id: command.id });
    }
    for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  // Whatever still runs of it runs into a dead port.
  paper.isDead = true;
  await new Promise(setImmediate);
  paper.restart(life.isPowerFailure);
}

interface Plan {
  readonly kind: CommandAction['kind'];
  readonly pid: number;
  readonly fault: 'none' | 'none' | 'start' | 'cgroup' | 'host' | 'expired';
}

const pids = [70, 71, 72, 73, 74, 75];
const programs = ['app', 'app', 'app', 'systemd', 'dockerd'];

const plan = fc.record<Plan>({
  kind: fc.constantFrom(
    'SIGNAL_PROCESS',
    'RESUME_PROCESS',
    'SET_OOM_SCORE_ADJ',
    'KILL_ZOMBIE_PARENT',
    'RESTART_SERVICE',
  ),
  pid: fc.constantFrom(...pids),
  fault: fc.constantFrom('none', 'none', 'none', 'start', 'cgroup', 'host', 'expired'),
});
const life = fc.record<Life>({
  stepsLeft: fc.integer({ min: 1, max: 80 }),
  tornBytes: fc.nat(300),
  isPowerFailure: fc.boolean(),
});

function actionOf({ kind, pid, fault }: Plan, paper: Paper): CommandAction {
  const { start } = paper.targetOf(pid);
  const wrongStart = fault === 'start' ? { start: String(BigInt(start) - 1n) } : {};
  const target = { pid, start, ...wrongStart, ...(fault === 'cgroup' && { cgroup: '/elsewhere' }) };
  switch (kind) {
    case 'KILL_ZOMBIE_PARENT':
      return { kind, parent: target, zombies: [paper.targetOf(pid + 100)] };
    case 'SIGNAL_PROCESS':
      return { kind, process: target, signal: 10 };
    case 'SET_OOM_SCORE_ADJ':
      return { kind, process: target, oomScoreAdj: 100 };
    case 'RESTART_SERVICE':
      return { kind, manager: 'sysvinit', service: 'cron' };
    default:
      return { kind: 'RESUME_PROCESS', process: target };
  }
}

const isWrong = ({ kind, fault }: Plan) =>
  fault === 'host' || fault === 'expired' || (fault !== 'none' && kind !== 'RESTART_SERVICE');

it('acts_at_most_once_on_the_right_ones_only_and_tells_the_truth_whatever_happens', { timeout: 400_000 }, async () => {
  let succeeded = 0;
  let unknown = 0;
  await fc.assert(
    fc.asyncProperty(
      // One command a process, so that what happened to it can be told.
      fc.uniqueArray(plan, { selector: ({ pid }) => pid, minLength: 1, maxLength: 6 }),
      fc.array(fc.constantFrom(...programs), { minLength: 6, maxLength: 6 }),
      fc.array(life, { maxLength: 5 }),
      fc.integer({ min: 0, max: 6 }),
      async (plans, names, lives, perHourMax) => {
        const paper = new Paper();
        pids.forEach((pid, index) => {
          const one = paper.add(pid, { program: names[index] ?? 'app', comm: names[index] ?? 'app' });
          one.onSignal = () => undefined;
          paper.add(pid + 100, { parentPid: pid, state: 'Z' });
        });
        const byId = new Map<string, Plan>();
        const commands = plans.map((one) => {
          const more = {
            ...(one.fault === 'host' && { host: 'e'.repeat(32) }),
            ...(one.fault === 'expired' && { expiresAt: new Date(paper.wallMs).toISOString() }),
          };
          const command = commandFor(actionOf(one, paper), more, paper.wallMs);
          byId.set(command.id, one);
          return command;
        });
        const server = new Server(commands);
        for (const each of lives) await live(paper, server, each, perHourMax, commands);
        const well = { stepsLeft: undefined, tornBytes: 0, isPowerFailure: false };
        await live(paper, server, well, perHourMax, commands);

        let acted = 0;
        const restarts = paper.ran.filter((command) => command === 'service cron restart').length;
        expect(restarts).toBeLessThanOrEqual(plans.filter(({ kind }) => kind === 'RESTART_SERVICE').length);
        for (const [id, one] of byId) {
          const end = server.ends.get(id);
          expect(end, 'each command has an end').toBeDefined();
          if (end?.state === 'SUCCEEDED') succeeded += 1;
          if (end?.state === 'UNKNOWN') unknown += 1;
          if (one.kind === 'RESTART_SERVICE') {
            if (isWrong(one)) expect(end?.state).toBe('REFUSED');
            continue;
          }
          const process = paper.processes.get(one.pid);
          const marks = [...(process?.received ?? []), ...Array<string>(process?.oomScoreAdjWrites ?? 0).fill('oom')];
          expect(new Set(marks).size, 'nothing is done twice').toBe(marks.length);
          if (marks.length > 0) acted += 1;
          const isProtected = process?.facts.program !== 'app';
          if (isWrong(one) || isProtected) expect([end?.state, marks]).toEqual(['REFUSED', []]);
          if (end?.state === 'REFUSED') expect(marks).toEqual([]);
          if (end?.state === 'SUCCEEDED') expect(marks.length).toBeGreaterThan(0);
        }
        expect(acted + restarts).toBeLessThanOrEqual(perHourMax);
        for (const pid of pids)
          if (![...byId.values()].some((one) => one.pid === pid))
            expect(paper.processes.get(pid)?.received, 'nobody else is touched').toEqual([]);
      },
    ),
    { numRuns: runs },
  );
  expect(succeeded).toBeGreaterThan(50);
  expect(unknown).toBeGreaterThan(10);
});

it('ends_well_or_as_unknown_at_every_single_step_that_it_can_be_killed_at', async () => {
  const states = new Set<string>();
  for (const kind of ['SIGNAL_PROCESS', 'KILL_ZOMBIE_PARENT', 'RESTART_SERVICE', 'SET_OOM_SCORE_ADJ'] as const) {
    for (let stepsLeft = 1; ; stepsLeft += 1) {
      const paper = new Paper();
      const target = paper.add(70);
      target.onSignal = () => undefined;
      paper.add(170, { parentPid: 70, state: 'Z' });
      const command = commandFor(actionOf({ kind, pid: 70, fault: 'none' }, paper), {}, paper.wallMs);
      const server = new Server([command]);
      await live(paper, server, { stepsLeft, tornBytes: stepsLeft, isPowerFailure: stepsLeft % 2 === 0 }, 9, []);
      const isOver = server.ends.has(command.id);
      const well = { stepsLeft: undefined, tornBytes: 0, isPowerFailure: false };
      await live(paper, server, well, 9, []);
      expect(new Set(target.received).size).toBe(target.received.length);
      expect(target.oomScoreAdjWrites).toBeLessThan(2);
      expect(paper.ran.filter((ran) => ran.endsWith('restart')).length).toBeLessThan(2);
      states.add(server.ends.get(command.id)?.state ?? 'none');
      if (isOver && stepsLeft > 60) break;
    }
  }
  expect([...states].sort()).toEqual(['FAILED', 'REFUSED', 'SUCCEEDED', 'UNKNOWN']);
});
