/** Victims and killers of the scenarios. Everybody that outlives a scenario is ended by its pid. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { eventually } from '../support/eventually.js';
import type { Produced, Scene } from './scenario.js';

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
}

/** Starts a program as a child of this process. */
export function start(scene: Scene, program: string, ...args: readonly string[]): Running {
  return follow(scene, spawn(program, args, { stdio: 'ignore', cwd: scene.directory }));
}

/** As the leader of a process group and a session of its own. */
export function startDetached(scene: Scene, program: string, ...args: readonly string[]): Running {
  return follow(scene, spawn(program, args, { stdio: 'ignore', cwd: scene.directory, detached: true }));
}

/** Starts one that says when it is ready. @returns its first output too */
export async function startTalking(scene: Scene, program: string, ...args: readonly string[]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: scene.directory });
  const running = follow(scene, child);
  const failed = once(child, 'close').then(() => Promise.reject(new Error(`${program} ended and said nothing`)));
  const [said] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer];
  failed.catch(() => undefined);
  return { ...running, said: said.toString().trim() };
}

export async function sleeper(scene: Scene): Promise<Running> {
  const victim = start(scene, '/bin/sleep', '1000');
  await once(victim.child, 'spawn');
  return victim;
}

/** Runs it to its end. @returns its pid */
export async function ended(scene: Scene, program: string, ...args: readonly string[]): Promise<number> {
  const running = start(scene, program, ...args);
  await running.ended;
  return running.pid;
}

/** One that ends by itself, as test/fixtures/programs/dies.h lists. */
export const dies = (how: string) => async (scene: Scene) => {
  const pid = await ended(scene, await scene.program('dies'), how);
  return { pid };
};

/** A shell with a trap, once that is set. */
export function trapping(scene: Scene, trap: string): Promise<Running> {
  return startTalking(scene, '/bin/sh', '-c', `${trap}; echo ready; while :; do sleep 0.05; done`);
}

/** Lets a program, another child of ours, end the victim. */
export async function killedBy(
  scene: Scene,
  victim: Running,
  program: string,
  ...args: readonly string[]
): Promise<Produced> {
  const actorPid = await ended(scene, program, ...args);
  await victim.ended;
  return { pid: victim.pid, actorPid };
}

/** Not by this process: that would be the parent. */
export async function send(scene: Scene, signal: string, pid: number): Promise<number> {
  return ended(scene, '/bin/kill', `-${signal}`, String(pid));
}

/** As the host knows it, once it is there. */
export function childOf(pid: number): Promise<number> {
  return eventually(
    () => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]) || null,
  );
}

/** Ends what is no child of ours, when the scenario is over. */
export function endLater(scene: Scene, pid: number): void {
  scene.defer(() => spawnSync('/bin/kill', ['-KILL', String(pid)]));
}

function follow(scene: Scene, child: ChildProcess): Running {
  const over = once(child, 'exit');
  // A program that is not there shows as the failure of whoever waits for it.
  over.catch(() => undefined);
  scene.defer(() => child.kill('SIGKILL'));
  return { pid: child.pid ?? 0, child, ended: over };
}
