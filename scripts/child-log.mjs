/** What the children write: all of it into a file, warnings and errors also to the terminal. */
import { createWriteStream, existsSync, renameSync, statSync } from 'node:fs';

const rotateAboveBytes = 10 * 1024 * 1024;
const echoLinesMax = 20;
const echoWindowMs = 10_000;

/**
 * @param {{ file: string, name: string, echo: (line: string) => void }} options
 * @returns {(line: string) => void}
 */
export function openChildLog({ file, name, echo }) {
  if (existsSync(file) && statSync(file).size > rotateAboveBytes) renameSync(file, `${file}.1`);
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  stream.on('error', (error) => echo(`${file}: ${error.message}`));
  const limited = limitEcho(echo, file);
  return (line) => {
    stream.write(`${line}\n`);
    const important = importantPart(line);
    if (important !== null) limited(`${name}: ${important}`);
  };
}

/**
 * Lines of pino (JSON with a numeric level), of the agent (`time level message`), of Postgres, and anything that
 * a program of ours would not write in a good hour.
 * @param {string} line
 * @returns {string | null} what to show, if anything
 */
export function importantPart(line) {
  const record = parseJson(line);
  if (record !== null) return Number(record['level']) >= 40 ? describe(record) : null;
  const agent = /^\S+Z (debug|info|warn|error) (.*)$/.exec(line);
  if (agent) return agent[1] === 'warn' || agent[1] === 'error' ? (agent[2] ?? '') : null;
  const postgres = /^\S+ \S+ UTC \[\d+\] (\w+): +(.*)$/.exec(line);
  if (postgres) return postgres[1] === 'FATAL' || postgres[1] === 'PANIC' ? (postgres[2] ?? '') : null;
  // The rest of a Postgres message, and what Node says about experimental features.
  return line === '' || /^\t|^\(node:|^\(Use `node/.test(line) ? null : line;
}

/** @param {Record<string, unknown>} record */
function describe(record) {
  const error = /** @type {{ message?: string } | undefined} */ (record['err']);
  const message = String(record['msg'] ?? '');
  return error?.message && !message.includes(error.message) ? `${message} (${error.message})` : message;
}

/** @param {string} line @returns {Record<string, unknown> | null} */
function parseJson(line) {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/**
 * A child that complains without end must not bury everything else.
 * @param {(line: string) => void} echo
 * @param {string} file
 */
function limitEcho(echo, file) {
  let windowStart = 0;
  let shown = 0;
  return (/** @type {string} */ line) => {
    if (Date.now() - windowStart > echoWindowMs) [windowStart, shown] = [Date.now(), 0];
    shown++;
    if (shown <= echoLinesMax) echo(line);
    if (shown === echoLinesMax + 1) echo(`… and more in ${file}`);
  };
}
