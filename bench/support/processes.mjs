/** What processes use, from /proc: proc_pid_stat(5), proc_pid_status(5). */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** USER_HZ, on every architecture that Node runs on. */
const ticksPerSecond = 100;
const stopMs = 20_000;

/** User and system time of all threads, also those that are gone. @param {readonly number[]} pids */
export function cpuMs(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (ticks * 1000) / ticksPerSecond;
}

/** Resident memory as ps(1) shows it. @param {readonly number[]} pids */
export function residentKib(pids) {
  let kib = 0;
  for (const pid of pids) {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    kib += Number(line?.[1] ?? 0);
  }
  return kib;
}

/** Looks ten times a second until it is asked for the largest value. @param {readonly number[]} pids */
export function watchPeak(pids) {
  let peak = residentKib(pids);
  const timer = setInterval(() => (peak = Math.max(peak, residentKib(pids))), 100);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/**
 * Ends a child of ours, and waits for it.
 * @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} [signal]
 * @returns {Promise<void>}
 */
export async function endChild(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => {
    const impatience = setTimeout(() => child.kill('SIGKILL'), stopMs);
    child.once('exit', () => {
      clearTimeout(impatience);
      resolve(0);
    });
    child.kill(signal);
  });
}

/**
 * Runs to the end.
 * @param {string} file @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ pid: number, stdout: string, stderr: string }>}
 */
export function run(file, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve({ pid: child.pid ?? 0, stdout, stderr });
      else reject(new Error(`${file} ${args.join(' ')} ended with ${code}: ${stderr || stdout}`));
    });
  });
}

/**
 * @param {string} what @param {() => unknown} look may be async; true when it has happened @param {number} timeoutMs
 */
export async function until(what, look, timeoutMs) {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(50)) {
    if (await look()) return;
  }
  throw new Error(`Did not happen within ${timeoutMs / 1000} s: ${what}.`);
}
