/** The agent of this host: enrolled once, watched, and its sensor taken out of the kernel at the end. */
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createEnrollToken, isCredentialGood } from './api-client.mjs';
import { superviseChild } from './child.mjs';

const program = join(import.meta.dirname, '../dist/agent/whodunit-agent.mjs');
const readyTimeoutMs = 30_000;

/**
 * @typedef {{ rung: string, blindSpots: string[], resumed: boolean }} Sight what the agent sees
 *
 * @param {{ url: string, stateDir: string, keepSensor: boolean, env: NodeJS.ProcessEnv, output: import('./child-log.mjs').ChildLog,
 *   log: (line: string) => void, giveUp: (reason: string) => void }} options
 */
export async function startLocalAgent({ url, stateDir, keepSensor, env, output, log, giveUp }) {
  const agentDir = join(stateDir, 'agent');
  const tokenFile = join(agentDir, 'enroll-token');
  await prepareEnrolment({ url, stateDir, agentDir, tokenFile, log });
  /** @type {(sight: Sight | null) => void} */
  let settle = () => {};
  /** @type {Promise<Sight | null>} */
  const ready = new Promise((resolve) => (settle = resolve));
  const timer = setTimeout(() => settle(null), readyTimeoutMs);
  const options = ['--api', url, '--state-dir', agentDir, '--enroll-token-file', tokenFile];
  const child = superviseChild({
    name: 'agent',
    args: [program, 'run', '--no-config', ...options, ...(keepSensor ? ['--keep-sensor'] : [])],
    env,
    output,
    log,
    giveUp,
    onMessage: (message) => {
      if (message?.type === 'ready') settle(message);
    },
  });
  void ready.then(() => clearTimeout(timer));
  return {
    ...child,
    /** Null when it has not reported in time. */
    ready,
    async stop() {
      settle(null);
      await child.stop();
      await rm(tokenFile, { force: true });
      if (child.hasCrashed() && !keepSensor) await removeSensor(agentDir, log);
    },
  };
}

/** @param {{ url: string, stateDir: string, agentDir: string, tokenFile: string, log: (line: string) => void }} options */
async function prepareEnrolment({ url, stateDir, agentDir, tokenFile, log }) {
  const credentialFile = join(agentDir, 'credential');
  const credential = (await readFile(credentialFile, 'utf8').catch(() => '')).trim();
  if (credential && (await isCredentialGood(url, credential))) return;
  if (credential) log('the database does not know this host any more: enrolling it again');
  await rm(credentialFile, { force: true });
  const adminToken = (await readFile(join(stateDir, 'admin-token'), 'utf8')).trim();
  const token = await createEnrollToken(url, adminToken);
  await rm(tokenFile, { force: true });
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600, flag: 'wx' });
}

/**
 * An agent that ended in order has taken its sensor out itself.
 * @param {string} agentDir
 * @param {(line: string) => void} log
 */
async function removeSensor(agentDir, log) {
  try {
    await promisify(execFile)(process.execPath, [program, 'remove-sensor', '--state-dir', agentDir], {
      timeout: 20_000,
    });
  } catch (error) {
    const { stderr, message } = /** @type {Error & { stderr?: string }} */ (error);
    log(`the agent's sensor may still be in the kernel: ${stderr?.trim() || message}`);
  }
}
