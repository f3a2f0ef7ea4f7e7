/**
 * Takes passwords and tokens out of command lines before they leave the host. Better one word too many than one
 * secret: what is replaced reads `[redacted]`, and the number of arguments stays.
 *
 * Two views of every argument: the words that a shell would make of it (so that `sh -c 'mysql -psecret'` is seen too)
 * and, in redact-text.ts, patterns within a text. Everything is linear in the length.
 */
import { redactText } from './redact-text.js';
import { splitWords } from './shell-words.js';
import { secretFlagsOf, type SecretFlags } from './secret-flags.js';

export const redacted = '[redacted]';

/** `--db-password`, `-token`, `--apiKey`; not `--password-file`, which names a file. */
const secretFlag =
  /^--?(?!-?no-)[a-z0-9_.-]*?(?:password|passwd|passphrase|token|secret|api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key|credentials?)$/i;
const passFlag = /^--?(?:pass|[a-z0-9_.-]*[-_.]pass)$/i;

/** `PGPASSWORD=`, `MYSQL_PWD=`, `--env=API_TOKEN=`, `-Dspring.datasource.password=`. */
const secretName =
  /(?:password|passwd|passphrase|_pwd|[-_.]pass|token|secret|api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key|credentials?)$/i;
const bareSecretName = /^pass$/i;

/** `sh -c`, `bash -lc`: what follows is a script, not one assignment. */
const scriptFlag = /^-[a-z]*c$/;

const separators: ReadonlySet<string> = new Set(['|', ';', '&&', '||', '&']);

export function redactArgs(args: readonly string[]): readonly string[] {
  return redactWords(args, (arg) => (/\s/.test(arg) ? redactCommandText(arg) : arg));
}

/** An argument with blanks in it may be a script: its words are treated as arguments of their own. */
function redactCommandText(text: string): string {
  const parts = splitWords(text);
  const words = parts.filter((_, index) => index % 2 === 0);
  const clean = redactWords(words, (word) => word);
  return parts.map((part, index) => (index % 2 === 0 ? (clean[index / 2] ?? '') : part)).join('');
}

function redactWords(words: readonly string[], inner: (word: string) => string): readonly string[] {
  let flags: SecretFlags | undefined;
  let nextIs: 'secret' | 'user-and-secret' | undefined;
  return words.map((word, index) => {
    const expected = nextIs;
    nextIs = undefined;
    if (expected !== undefined && word !== '' && !word.startsWith('-')) {
      return expected === 'secret' ? redacted : redactUserPair(word);
    }
    if (separators.has(word)) flags = undefined;
    flags = secretFlagsOf(unquote(word)) ?? flags;
    const attached = redactAttached(word, flags);
    if (attached !== undefined) return attached;
    if (secretFlag.test(word) || passFlag.test(word) || flags?.separate.has(word)) {
      nextIs = 'secret';
      return word;
    }
    if (flags?.userPair.has(word)) {
      nextIs = 'user-and-secret';
      return word;
    }
    const isScript = scriptFlag.test(words[index - 1] ?? '');
    return (isScript ? undefined : redactAssignment(word)) ?? redactText(inner(word));
  });
}

/** `name=value` where the name says that the value is a secret. */
function redactAssignment(word: string): string | undefined {
  const equals = word.indexOf('=');
  if (equals < 1 || /\s/.test(word.slice(0, equals))) return undefined;
  const name = word.slice(0, equals);
  if (secretName.test(name) || bareSecretName.test(name) || passFlag.test(name)) return `${name}=${redacted}`;
  // --env=NAME=value, -eNAME=value: once more behind the first sign.
  const second = word.indexOf('=', equals + 1);
  if (second < 0 || !secretName.test(word.slice(equals + 1, second)) || /[\s/?&]/.test(word.slice(0, second)))
    return undefined;
  return `${word.slice(0, second)}=${redacted}`;
}

/** `-psecret` of the programs that take it, `-uuser:secret`, `--user=user:secret`. */
function redactAttached(word: string, flags: SecretFlags | undefined): string | undefined {
  for (const flag of flags?.attached ?? []) {
    if (word.startsWith(flag) && word.length > flag.length) return `${flag}${redacted}`;
  }
  for (const flag of flags?.userPair ?? []) {
    const prefix = flag.startsWith('--') ? `${flag}=` : flag;
    if (word.startsWith(prefix) && word.length > prefix.length)
      return `${prefix}${redactUserPair(word.slice(prefix.length))}`;
  }
  return undefined;
}

function redactUserPair(word: string): string {
  const separator = word.search(/[:%]/);
  return separator < 0 ? word : `${word.slice(0, separator + 1)}${redacted}`;
}

function unquote(word: string): string {
  return word.replace(/^["'(`]+/, '').replace(/["')`]+$/, '');
}
