/** forkstat, printing exec and exit to a file. It has no signals, and so no senders. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild } from '../support/processes.mjs';
import { isInstalled } from './tracer.mjs';

/** @param {string} directory @returns {import('./tracer.mjs').Tracer} */
export function forkstat(directory) {
  return {
    name: 'forkstat',
    whyNot: () => (isInstalled('forkstat') ? undefined : 'not installed'),
    async start() {
      const file = openSync(join(directory, 'forkstat.out'), 'w');
      const child = spawn('forkstat', ['-e', 'exec,exit', '-l'], { stdio: ['ignore', file, file] });
      closeSync(file);
      await sleep(1_000);
      if (child.exitCode !== null) throw new Error(`forkstat ended with ${child.exitCode}`);
      return {
        pids: [child.pid ?? 0],
        digest: () => sleep(1_000),
        check: async () => undefined,
        stop: () => endChild(child, 'SIGINT'),
      };
    },
  };
}
