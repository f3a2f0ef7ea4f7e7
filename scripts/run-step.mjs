/** Runs one command of the preparation: quiet when it works, its whole output when it does not. */
import { spawn } from 'node:child_process';
import { createProgress } from './progress.mjs';

/**
 * @param {{ what: string, command: string[], cwd: string, log: (line: string) => void, signal?: AbortSignal | undefined,
 *   env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} what it printed
 */
export async function runStep({ what, command, cwd, log, signal, env = process.env }) {
  const progress = createProgress(what, log);
  const [file = '', ...args] = command;
  /** @type {Buffer[]} */
  const output = [];
  try {
    await new Promise((resolve, reject) => {
      const child = spawn(file, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.on('data', (chunk) => output.push(chunk));
      child.stderr.on('data', (chunk) => output.push(chunk));
      child.once('error', reject);
      child.once('close', (code, killedBy) =>
        code === 0 ? resolve(0) : reject(new Error(killedBy ?? `exit status ${code}`)),
      );
    });
    progress.done();
    return textOf(output);
  } catch (error) {
    progress.cancel();
    if (signal?.aborted) throw error;
    const said = textOf(output);
    throw new Error(`${what} failed (${/** @type {Error} */ (error).message}): ${command.join(' ')}\n${said}`, {
      cause: error,
    });
  }
}

/** @param {Buffer[]} chunks */
function textOf(chunks) {
  return Buffer.concat(chunks).toString('utf8').trim();
}
