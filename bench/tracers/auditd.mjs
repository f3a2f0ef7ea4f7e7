/**
 * auditd with rules for execve and the kill family, its daemon and the kernel's thread counted together. The kernel has
 * one audit daemon and one list of rules: where somebody uses them already, this does not run. Put back at the end:
 * the rules, `enabled` and the backlog limit.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild, until } from '../support/processes.mjs';
import { compare, isInstalled } from './tracer.mjs';

const rules = [
  ['always,exit', '-F', 'arch=b64', '-S', 'execve', '-k', 'whodunit-bench'],
  ['always,exit', '-F', 'arch=b64', '-S', 'kill,tkill,tgkill', '-k', 'whodunit-bench'],
];
/** Many times the default of 64, with which the kernel would drop most. */
const backlog = '8192';

const auditctl = (/** @type {string[]} */ ...args) =>
  execFileSync('auditctl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** @param {string} directory @param {import('../support/cleanups.mjs').Cleanups} cleanups @returns {import('./tracer.mjs').Tracer} */
export function auditd(directory, cleanups) {
  return {
    name: 'auditd',
    whyNot() {
      if (!isInstalled('auditd') || !isInstalled('auditctl')) return 'not installed';
      const status = readStatus();
      if (status === undefined) return 'this kernel has no audit subsystem, or does not let us use it';
      if (status.pid !== '0') return 'another audit daemon is running';
      return auditctl('-l').includes('No rules') ? undefined : 'somebody has audit rules';
    },
    async start() {
      const before = readStatus();
      const folder = join(directory, 'audit');
      await rm(folder, { recursive: true, force: true });
      await mkdir(join(folder, 'plugins'), { recursive: true, mode: 0o700 });
      const logFile = join(folder, 'audit.log');
      await writeFile(join(folder, 'auditd.conf'), configuration(logFile, join(folder, 'plugins')), { mode: 0o640 });
      const child = spawn('auditd', ['-n', '-s', 'nochange', '-c', folder], { stdio: 'ignore' });
      let running = true;
      const stop = async () => {
        if (!running) return;
        running = false;
        for (const rule of rules) auditctl('-d', ...rule);
        auditctl('-e', before?.enabled ?? '0');
        auditctl('-b', before?.backlog_limit ?? '64');
        await endChild(child);
      };
      await until('auditd has registered itself', () => readStatus()?.pid === String(child.pid), 10_000);
      cleanups.defer(stop);
      auditctl('-b', backlog);
      for (const rule of rules) auditctl('-a', ...rule);
      auditctl('-e', '1');
      return {
        pids: [child.pid ?? 0, ...kernelThread()],
        async digest() {
          await until('the backlog is empty', () => readStatus()?.backlog === '0', 30_000);
          await sleep(1_000);
        },
        async check({ killer, killed }) {
          const log = await readFile(logFile, 'utf8');
          // 62 is kill(2) on x86_64.
          const kills = log.matchAll(/^type=SYSCALL .* syscall=62 success=yes .* a0=([0-9a-f]+) a1=9 .* pid=(\d+) /gm);
          const seen = [...kills].map(([, pid = '', by]) => ({ pid: Number.parseInt(pid, 16), by: Number(by) }));
          return compare(
            killed,
            seen.filter(({ by }) => by === killer).map(({ pid }) => ({ pid, right: true })),
          );
        },
        stop,
      };
    },
  };
}

/** @returns {Record<string, string> | undefined} what `auditctl -s` says */
function readStatus() {
  try {
    const lines = auditctl('-s').trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(' ').slice(0, 2)));
  } catch {
    return undefined;
  }
}

function kernelThread() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && nameOf(name) === 'kauditd')
    .map(Number);
}

/** @param {string} pid */
function nameOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Debian's own, but for the places and the size. @param {string} logFile @param {string} plugins */
function configuration(logFile, plugins) {
  return `local_events = yes
write_logs = yes
log_file = ${logFile}
log_format = ENRICHED
flush = INCREMENTAL_ASYNC
freq = 50
max_log_file = 1000
max_log_file_action = IGNORE
space_left = 75
space_left_action = IGNORE
admin_space_left = 50
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
plugin_dir = ${plugins}
`;
}
