/** `npm run bench -- agent`: what the agent costs and misses, beside the tools that watch the same. */
import { availableParallelism } from 'node:os';
import { compile } from './support/programs.mjs';
import { startServer } from './support/server.mjs';
import { agent } from './tracers/agent.mjs';
import { auditd } from './tracers/auditd.mjs';
import { bpftrace } from './tracers/bpftrace.mjs';
import { forkstat } from './tracers/forkstat.mjs';
import { measureBpfTime } from './runs/bpf-time.mjs';
import { measureIdle } from './runs/idle.mjs';
import { measureLoad, untraced } from './runs/load.mjs';
import { completeness } from './figures/completeness.mjs';
import { cpuPerKill } from './figures/cpu-per-kill.mjs';
import { idleCpu } from './figures/idle-cpu.mjs';
import { memory } from './figures/memory.mjs';
import { slowdown } from './figures/slowdown.mjs';

/**
 * @typedef {object} Plan
 * @property {number} rounds
 * @property {number} fullSpeedKills
 * @property {number} pacedPerSecond
 * @property {number} pacedSeconds
 * @property {number} bpfKills
 * @property {number} idleSeconds
 * @property {number} idleProcesses
 */

/** @type {Plan} */
const whole = {
  rounds: 5,
  fullSpeedKills: 20_000,
  pacedPerSecond: 1_000,
  pacedSeconds: 60,
  bpfKills: 5_000,
  idleSeconds: 30,
  idleProcesses: 5_000,
};

/** @type {Plan} */
const quick = { ...whole, rounds: 3, fullSpeedKills: 5_000, pacedSeconds: 5, bpfKills: 2_000, idleSeconds: 10 };

/**
 * @param {{ quick: boolean, rounds: number | undefined, only: readonly string[] | undefined, log: (line: string) => void,
 *   cleanups: import('./support/cleanups.mjs').Cleanups }} options
 */
export async function benchAgent({ quick: isQuick, rounds, only, log, cleanups }) {
  const plan = { ...(isQuick ? quick : whole), ...(rounds !== undefined && { rounds }) };
  const wants = (/** @type {string} */ part) => only === undefined || only.includes(part);
  log('starting Postgres, API and worker …');
  const server = await startServer(cleanups);
  const spawnAndKill = await compile('spawn-and-kill', server.directory);
  const sleepers = await compile('sleepers', server.directory);

  const all = [
    agent(server),
    bpftrace(server.directory),
    auditd(server.directory, cleanups),
    forkstat(server.directory),
  ];
  /** @type {Record<string, string>} */
  const notRun = {};
  const tracers = all.filter((tracer) => {
    const reason = tracer.whyNot();
    if (reason !== undefined) notRun[tracer.name] = reason;
    return reason === undefined;
  });
  const context = { plan, tracers, program: spawnAndKill, server, cleanups, log };
  const closest = { ...context, tracers: tracers.filter(({ name }) => name === 'whodunit' || name === 'bpftrace') };

  const fullSpeed = wants('full-speed')
    ? await measureLoad({ ...context, tracers: [untraced, ...tracers] }, 'full speed', plan.fullSpeedKills, 0)
    : undefined;
  const pacedKills = plan.pacedPerSecond * plan.pacedSeconds;
  const paced = wants('paced') ? await measureLoad(closest, 'paced', pacedKills, plan.pacedPerSecond) : undefined;
  const bpf = wants('bpf-time') ? await measureBpfTime(closest) : undefined;
  const idle = wants('idle') ? await measureIdle({ ...closest, sleepers }) : undefined;

  const figures = [
    ...(fullSpeed ? completeness('full speed', fullSpeed) : []),
    ...(paced ? completeness(`${plan.pacedPerSecond}/s`, paced) : []),
    ...(fullSpeed ? cpuPerKill('full speed', fullSpeed, bpf) : []),
    ...(paced ? cpuPerKill(`${plan.pacedPerSecond}/s`, paced, bpf) : []),
    ...(fullSpeed ? slowdown(fullSpeed) : []),
    ...memory(idle, [...(fullSpeed ? [fullSpeed] : []), ...(paced ? [paced] : [])]),
    ...(idle ? idleCpu(idle, plan) : []),
  ];
  return {
    plan: { ...plan, processors: availableParallelism() },
    notRun,
    figures,
    samples: { fullSpeed, paced, bpf, idle },
  };
}
