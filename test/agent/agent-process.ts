/** Runs the real bundled agent, with the real probe, against the test's API; and puts everything back. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { skipKernelLogHistory } from '../support/kernel-log.js';
import { enrollToken, startApi, type TestApi } from './agent-api.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Test files run side by side: each pool slot builds into a place of its own. */
const outDir = `dist/test-agent/${process.env['VITEST_POOL_ID'] ?? '0'}`;
export const agentBundle = join(root, outDir, 'whodunit-agent.mjs');

export interface Ready {
  readonly rung: string;
  readonly blindSpots: readonly string[];
  readonly resumed: boolean;
}

export interface Agent {
  readonly pid: number;
  readonly ready: Ready;
  readonly child: ChildProcess;
  log(): string;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

export interface World {
  readonly api: TestApi;
  readonly stateDir: string;
  readonly pinDir: string;
  /** Name of the tracing instance. */
  readonly traceInstance: string;
  start(...options: string[]): Promise<Agent>;
  startWith(env: NodeJS.ProcessEnv, ...options: string[]): Promise<Agent>;
  /** Does not wait for it: the API may be away. */
  spawn(...options: string[]): Omit<Agent, 'ready'>;
  spawnWith(env: NodeJS.ProcessEnv, ...options: string[]): Omit<Agent, 'ready'>;
  /** Ends what the test has left, and says what the API complained about. */
  close(): Promise<void>;
}

/** Why the eBPF rung cannot be tested here; in CI that is a failure, elsewhere a reason to skip. */
export function whyNoSensor(): string | undefined {
  const reason = process.getuid?.() !== 0 ? 'not root' : existsSync('/sys/kernel/btf/vmlinux') ? undefined : 'no BTF';
  if (reason !== undefined && process.env['CI']) throw new Error(`The sensor cannot be tested: ${reason}.`);
  return reason;
}

export function buildAgent(): void {
  execFileSync(process.execPath, ['agent/build.mjs', outDir], { cwd: root });
}

/** Compiles test/fixtures/programs/NAME.c; undefined where there is no compiler, which CI does not accept. */
export async function compileProgram(name: string): Promise<string | undefined> {
  await mkdir(join(root, outDir), { recursive: true });
  const program = join(root, outDir, name);
  const source = join(root, 'test/fixtures/programs', `${name}.c`);
  const compiled = spawnSync('cc', ['-O1', '-pthread', '-o', program, source], { encoding: 'utf8' });
  if (compiled.status === 0) return program;
  if (process.env['CI'] || compiled.error === undefined) throw new Error(`cc ${name}.c: ${compiled.stderr}`);
  return undefined;
}

/**
 * `through`: a command that the agent is started with, as its last arguments; it must exec, not fork.
 * `kernelLogHistory`: the agent is to tell what the log holds from before its start.
 */
export async function createWorld(through: readonly string[] = [], { kernelLogHistory = false } = {}): Promise<World> {
  const api = await startApi();
  const stateDir = await mkdtemp(join(tmpdir(), 'whodunit-agent-'));
  if (!kernelLogHistory) skipKernelLogHistory(stateDir);
  const children: ChildProcess[] = [];
  const run = (env: NodeJS.ProcessEnv, options: readonly string[]) => {
    const args = ['run', '--no-config', '--api', api.url, '--state-dir', stateDir, ...options];
    const agent = spawnAgent(through, args, env);
    children.push(agent.child);
    return agent;
  };
  const startWith: World['startWith'] = async (env, ...options) => {
    const agent = run(env, options);
    return { ...agent, ready: await agent.ready };
  };
  const spawnWith: World['spawnWith'] = (env, ...options) => {
    const { ready, ...agent } = run(env, options);
    // That it is ended before it is ready is what such tests are about.
    ready.catch(() => undefined);
    return agent;
  };
  const digest = createHash('sha256').update(stateDir).digest('hex').slice(0, 8);
  return {
    api,
    stateDir,
    pinDir: `/sys/fs/bpf/whodunit-${digest}`,
    traceInstance: `whodunit-${digest}`,
    startWith,
    spawnWith,
    start: (...options) => startWith({}, ...options),
    spawn: (...options) => spawnWith({}, ...options),
    async close() {
      for (const child of children) await endChild(child);
      await runAgent(['remove-sensor', '--state-dir', stateDir]);
      await api.close();
      await rm(stateDir, { recursive: true, force: true });
      expect(api.complaints).toEqual([]);
    },
  };
}

/** A command of the agent that ends by itself. Not spawnSync: it may want to talk to the API in this very process. */
export async function runAgent(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [agentBundle, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stdout, stderr };
}

function spawnAgent(through: readonly string[], args: readonly string[], env: NodeJS.ProcessEnv) {
  const [program = process.execPath, ...rest] = [...through, process.execPath, agentBundle, ...args];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, WHODUNIT_ENROLL_TOKEN: enrollToken, ...env },
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ready = new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Ready));
    child.once('exit', (code) => reject(new Error(`The agent ended with ${code}:\n${log}`)));
  });
  return {
    child,
    pid: child.pid ?? 0,
    ready,
    log: () => log,
    stop: () => endChild(child),
  };
}

/** SIGTERM, and SIGKILL for one that does not obey. */
async function endChild(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return new Promise((resolve) => {
    const impatience = setTimeout(() => child.kill('SIGKILL'), 8_000);
    child.once('exit', (code) => {
      clearTimeout(impatience);
      resolve(code);
    });
    child.kill('SIGTERM');
  });
}

/** Polls until `look` gives something. */
export async function eventually<T>(what: string, look: () => T | undefined | false, timeoutMs = 10_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Did not happen within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const still = new Int32Array(new SharedArrayBuffer(4));

/** A sleep that was killed by kill(1) and has ended: its parent is busy here, so that it stays as a zombie. @returns its pid */
export function killedSleep(): number {
  const { pid = 0 } = spawn('/bin/sleep', ['67'], { stdio: 'ignore' });
  spawnSync('/bin/kill', ['-9', String(pid)]);
  while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) Atomics.wait(still, 0, 0, 1);
  return pid;
}
