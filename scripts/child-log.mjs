/**
 * What the children write: all of it into a file, warnings and errors also to the terminal.
 *
 * Children write to the file itself, not to a pipe of the launcher: when the launcher is killed they still have to
 * stop in order, and a log line into a broken pipe would end them in the middle of it. The launcher reads the file.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const rotateAboveBytes = 10 * 1024 * 1024;
const readEveryMs = 200;
const chunkBytes = 64 * 1024;
const echoLinesMax = 20;
const echoWindowMs = 10_000;

/**
 * @typedef {object} ChildLog
 * @property {number} fd for the child's output
 * @property {(line: string) => void} write for what the launcher itself has to note
 * @property {() => void} close shows what is left to show
 *
 * @param {{ file: string, name: string, echo: (line: string) => void }} options
 * @returns {ChildLog}
 */
export function openChildLog({ file, name, echo }) {
  if (existsSync(file) && statSync(file).size > rotateAboveBytes) renameSync(file, `${file}.1`);
  const fd = openSync(file, 'a', 0o600);
  const limited = limitEcho(echo, file);
  const show = followLines(file, fstatSync(fd).size, (line) => {
    const important = importantPart(line);
    if (important !== null) limited(`${name}: ${important}`);
  });
  const timer = setInterval(show, readEveryMs).unref();
  return {
    fd,
    write: (line) => void writeSync(fd, `${line}\n`),
    close() {
      clearInterval(timer);
      show();
      closeSync(fd);
    },
  };
}

/**
 * @param {string} file
 * @param {number} start bytes that are old news
 * @param {(line: string) => void} onLine
 * @returns {() => void} reads what has come since the last call
 */
function followLines(file, start, onLine) {
  const source = openSync(file, 'r');
  const buffer = Buffer.alloc(chunkBytes);
  const decoder = new StringDecoder('utf8');
  let position = start;
  let rest = '';
  return () => {
    for (let count = 0; (count = readSync(source, buffer, 0, chunkBytes, position)) > 0; position += count) {
      const lines = (rest + decoder.write(buffer.subarray(0, count))).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    }
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
  if (postgres) {
    const [, severity, message = ''] = postgres;
    // What it tells the launcher, which asks until it is ready.
    if (message === 'the database system is starting up') return null;
    return severity === 'FATAL' || severity === 'PANIC' ? message : null;
  }
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
