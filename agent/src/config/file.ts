/**
 * The configuration file: one `KEY=value` a line, keys as in the environment.
 *
 * As systemd.exec(5) reads an EnvironmentFile, without escapes and continued lines: blank lines and lines that begin with
 * `#` or `;` mean nothing, blanks around key and value are dropped, a value may be in one pair of quotes. A key that the
 * agent does not know, or that is there twice, is an error.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { agentLimits } from '../limits.js';
import { success, type Result } from '../result.js';
import { bad } from './setting.js';
import { settingNames, settings } from './settings.js';

export interface Entry {
  readonly value: string;
  readonly line: number;
}

export interface ConfigFile {
  readonly path: string;
  readonly entries: ReadonlyMap<string, Entry>;
}

/**
 * Undefined when it is not there. Whoever can write it can send events elsewhere, so it must belong to root or to the user
 * who runs the agent, and be writable by nobody else; one with a secret in it must not be readable by others either.
 */
export function readConfigFile(path: string): Result<ConfigFile | undefined> {
  let fd: number;
  try {
    // Not to wait for the writer of a FIFO.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? success(undefined) : bad(`${path} cannot be read (${message}).`);
  }
  try {
    const { mode, uid, size } = fstatSync(fd);
    const trusted = checkTrust(path, mode, uid, size);
    if (!trusted.ok) return trusted;
    const parsed = parseConfigFile(path, readFileSync(fd, 'utf8'));
    if (parsed.ok && holdsSecret(parsed.value) && (mode & 0o077) !== 0)
      return bad(`${path} holds a secret and others can read it: chmod 600 ${path}.`);
    return parsed;
  } finally {
    closeSync(fd);
  }
}

export function parseConfigFile(path: string, text: string): Result<ConfigFile> {
  const entries = new Map<string, Entry>();
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue;
    const line = index + 1;
    const equals = content.indexOf('=');
    if (equals < 1) return bad(`${path}:${line}: must be KEY=value.`);
    const key = content.slice(0, equals).trimEnd();
    if (!known.has(key)) return bad(`${path}:${line}: ${unknownKey(key)}`);
    const before = entries.get(key);
    if (before) return bad(`${path}:${line}: ${key} is set in line ${before.line} already.`);
    const value = unquote(content.slice(equals + 1).trim());
    if (value === undefined)
      return bad(`${path}:${line}: the quote after ${key}= is not closed at the end of the line.`);
    entries.set(key, { value, line });
  }
  return success({ path, entries });
}

const known: ReadonlySet<string> = new Set(settingNames.flatMap((name) => settings[name].variables));

/** Of a file that decides what the agent does. */
export function checkTrust(path: string, mode: number, uid: number, size: number): Result<undefined> {
  if ((mode & constants.S_IFMT) !== constants.S_IFREG) return bad(`${path} is not a regular file.`);
  if (uid !== 0 && uid !== process.geteuid?.())
    return bad(`${path} belongs to uid ${uid}: it must belong to root (chown root ${path}).`);
  if ((mode & 0o022) !== 0) return bad(`${path} can be written by others than its owner: chmod go-w ${path}.`);
  if (size > agentLimits.configFileBytesMax)
    return bad(`${path} is longer than ${agentLimits.configFileBytesMax} bytes.`);
  return success(undefined);
}

function holdsSecret({ entries }: ConfigFile): boolean {
  const { enrollToken, httpsProxy, httpProxy } = settings;
  const isSet = (key: string) => (entries.get(key)?.value ?? '') !== '';
  const hasPassword = (key: string) => entries.get(key)?.value.includes('@') ?? false;
  return enrollToken.variables.some(isSet) || [...httpsProxy.variables, ...httpProxy.variables].some(hasPassword);
}

function unquote(value: string): string | undefined {
  const quote = value.charAt(0);
  if (quote !== '"' && quote !== "'") return value;
  return value.length > 1 && value.indexOf(quote, 1) === value.length - 1 ? value.slice(1, -1) : undefined;
}

function unknownKey(key: string): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]|whodunit|agent/g, '');
  const meant = [...known].find((name) => plain(name) === plain(key) || name.endsWith(`_${key.toUpperCase()}`));
  return `the key ${key.slice(0, 80)} is not known${meant === undefined ? '.' : `; is ${meant} meant?`}`;
}
