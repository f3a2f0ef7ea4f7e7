/** bpftrace, printing exec, exit and signal to a file. Where tracefs is not mounted it is for bpftrace alone, in a mount namespace. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild, run, until } from '../support/processes.mjs';
import { compare, isInstalled } from './tracer.mjs';

const script = join(import.meta.dirname, 'deaths.bt');
const tracefs = '/sys/kernel/tracing';
const command = `mountpoint -q ${tracefs} || mount -t tracefs tracefs ${tracefs} && exec bpftrace ${script}`;

/** @param {string} directory @returns {import('./tracer.mjs').Tracer} */
export function bpftrace(directory) {
  const output = join(directory, 'bpftrace.out');
  return {
    name: 'bpftrace',
    whyNot: () => (isInstalled('bpftrace') ? undefined : 'not installed'),
    async start() {
      await rm(output, { force: true });
      const file = openSync(output, 'w');
      const child = spawn('unshare', ['-m', 'sh', '-c', command], { stdio: ['ignore', file, file] });
      closeSync(file);
      const text = () => readFile(output, 'utf8');
      const prints = async () => {
        await run('true', []);
        return /^\d+ exec /m.test(await text());
      };
      await until('bpftrace prints what we start', prints, 30_000);
      return {
        pids: [child.pid ?? 0],
        // It prints at once.
        digest: () => sleep(1_000),
        async check({ killer, killed }) {
          const kills = (await text()).matchAll(/^\d+ signal 9 (\d+) .* by (\d+) \d+ /gm);
          const seen = [...kills].map(([, pid, by]) => ({ pid: Number(pid), right: Number(by) === killer }));
          return compare(
            killed,
            seen.filter(({ right }) => right),
          );
        },
        stop: () => endChild(child, 'SIGINT'),
      };
    },
  };
}
