/**
 * Takes passwords and tokens out of command lines before they leave the host. Better one word too many than one
 * secret: what is replaced reads `[redacted]`, and the number of arguments stays.
 *
 * Three views of every argument: by the program that it belongs to (secret-flags.ts), by its name (secret-names.ts), and
 * by what is within it (redact-text.ts); and of one that may be a script also the words that a shell would make of it, so
 * that `sh -c 'mysql -psecret'` is seen too. Everything is linear in the length.
 *
 * Beyond reach: a secret that nothing announces, such as the argument of a bare `echo`.
 */
import { piped } from './redact-pipe.js';
import { redacted, redactText } from './redact-text.js';
import { isDirectory, isNameCharacter, nameCharactersMax, secretNames, type IsSecretName } from './secret-names.js';
import { noFlags, secretFlagsOf, type SecretFlags } from './secret-flags.js';
import { isSeparator, splitWords } from './shell-words.js';

export { redacted } from './redact-text.js';

export type Redact = (args: readonly string[]) => readonly string[];

/** Scripts within scripts within scripts: `sh -c 'ssh host "su -c …"'`. */
const depthMax = 4;

/** `sh -c`, `bash -lc`: what follows is a script, not one assignment. */
const scriptFlag = /^-[a-z]{0,8}c$/;

/** `more`: the settings' redactNames. */
export function createRedactor(more: readonly string[]): Redact {
  const isSecret = secretNames(more);
  return (args) => redactWords(args, isSecret, (arg) => (/\s/.test(arg) ? redactScript(arg, isSecret, 1) : arg));
}

/** An argument with blanks in it may be a script: its words are treated as arguments of their own. */
function redactScript(text: string, isSecret: IsSecretName, depth: number): string {
  const parts = splitWords(text);
  const words = parts.filter((_, index) => index % 2 === 0);
  const clean = redactWords(piped(words), isSecret, (word) => redactQuoted(word, isSecret, depth));
  return parts.map((part, index) => (index % 2 === 0 ? (clean[index / 2] ?? '') : part)).join('');
}

/** A word in quotes with blanks in it: a script again, perhaps. */
function redactQuoted(word: string, isSecret: IsSecretName, depth: number): string {
  const quote = word.charAt(0);
  if (depth >= depthMax || (quote !== '"' && quote !== "'") || !/\s/.test(word)) return word;
  const end = word.endsWith(quote) && word.length > 1 ? word.length - 1 : word.length;
  const inside = word.slice(1, end);
  const plain = quote === '"' ? inside.replaceAll('\\"', '"') : inside;
  const clean = redactScript(plain, isSecret, depth + 1);
  return clean === plain ? word : `${quote}${clean}${word.slice(end)}`;
}

/** What the words so far say about the next. */
interface Context {
  flags: SecretFlags;
  next: 'secret' | 'pair' | undefined;
  /** Plain words to come that are no secrets; undefined when none is expected. */
  plainLeft: number | undefined;
}

function redactWords(
  words: readonly string[],
  isSecret: IsSecretName,
  inner: (word: string) => string,
): readonly string[] {
  const context: Context = { flags: noFlags, next: undefined, plainLeft: undefined };
  return words.map((word, index) => {
    const isScript = scriptFlag.test(words[index - 1] ?? '') && /\s/.test(word);
    return (
      redactByPlace(word, context) ??
      redactByName(word, context, isSecret, isScript) ??
      redactText(inner(word), isSecret)
    );
  });
}

/** By what stands before it, and by the program's own options. */
function redactByPlace(word: string, context: Context): string | undefined {
  const { next } = context;
  context.next = undefined;
  if (next !== undefined && !isFlag(word)) return next === 'secret' ? redacted : redactPair(word);
  if (isSeparator(word)) {
    context.flags = noFlags;
    context.plainLeft = undefined;
    return undefined;
  }
  const name = unquote(word);
  const program = secretFlagsOf(name);
  if (program) {
    context.flags = program;
    context.plainLeft = undefined;
  }
  const { flags } = context;
  const command = flags.commands.get(name);
  if (command) context.flags = command;
  const place = context.flags.places.get(baseName(name).toLowerCase());
  if (place !== undefined) context.plainLeft = place;
  else if (context.plainLeft !== undefined && !word.startsWith('-') && word !== '') {
    if (context.plainLeft === 0) return redacted;
    context.plainLeft -= 1;
  }
  return redactAttached(word, context);
}

function redactAttached(word: string, context: Context): string | undefined {
  const { flags } = context;
  if (flags.separate.has(word)) {
    context.next = 'secret';
    return word;
  }
  if (flags.pairs.has(word)) {
    context.next = 'pair';
    return word;
  }
  for (const flag of flags.attached)
    if (word.startsWith(flag) && word.length > flag.length) return `${flag}${redacted}`;
  for (const flag of [...flags.pairs, ...flags.separate]) {
    const prefix = flag.startsWith('--') ? `${flag}=` : flag;
    if (!word.startsWith(prefix) || word.length <= prefix.length) continue;
    const value = word.slice(prefix.length);
    if (flags.pairs.has(flag)) return `${prefix}${redactPair(value)}`;
    if (flag.startsWith('--')) return `${prefix}${redacted}`;
  }
  const slash = flags.slashPair && !word.startsWith('-') ? word.indexOf('/') : -1;
  if (slash <= 0) return undefined;
  const at = word.lastIndexOf('@');
  return `${word.slice(0, slash + 1)}${redacted}${at > slash ? word.slice(at) : ''}`;
}

function redactByName(word: string, context: Context, isSecret: IsSecretName, isScript: boolean): string | undefined {
  if (isScript) return undefined;
  const dashes = word.startsWith('--') ? 2 : word.startsWith('-') ? 1 : 0;
  if (dashes > 0 && isName(word, dashes) && isSecret(word.slice(dashes))) {
    context.next = 'secret';
    return word;
  }
  // `aws configure set aws_secret_access_key x`, `npm config set //registry/:_authToken x`
  if (dashes === 0 && /[_.:]/.test(word) && isName(word, word.lastIndexOf(':') + 1)) {
    if (isSecret(word.slice(word.lastIndexOf(':') + 1))) {
      context.next = 'secret';
      return word;
    }
  }
  return redactAssignment(word, isSecret) ?? redactBarePair(word, isSecret);
}

/** `name=value` where the name says that the value is a secret; `--env=NAME=value`, once more behind the first sign. */
function redactAssignment(word: string, isSecret: IsSecretName): string | undefined {
  let start = 0;
  for (let round = 0; round < 2; round += 1) {
    const equals = word.indexOf('=', start);
    if (equals <= start) return undefined;
    const name = word.slice(Math.max(start, equals - nameCharactersMax), equals);
    if (/[\s?&]/.test(name) || name.includes('://')) return undefined;
    const noun = name.slice(1 + Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')));
    if (isSecret(noun.replace(/^["']?-{0,2}/, '')) && !isDirectory(noun, word.charAt(equals + 1)))
      return `${word.slice(0, equals + 1)}${redacted}`;
    start = equals + 1;
  }
  return undefined;
}

/** `user:password@host`; not `image:tag@sha256:…` and not `mailto:`. */
function redactBarePair(word: string, isSecret: IsSecretName): string | undefined {
  const colon = word.indexOf(':');
  const at = colon < 1 || colon > nameCharactersMax ? -1 : word.lastIndexOf('@');
  if (at <= colon + 1 || word.startsWith('//', colon + 1) || word.startsWith('sha256:', at + 1)) return undefined;
  const user = word.slice(0, colon);
  if (!isName(user, 0) || isSecret(user) || user.toLowerCase() === 'mailto' || /\s/.test(word)) return undefined;
  return `${user}:${redacted}${word.slice(at)}`;
}

function redactPair(word: string): string {
  const separator = word.search(/[:%=,]/);
  return separator < 0 ? word : `${word.slice(0, separator + 1)}${redacted}`;
}

/** A secret may begin with a dash, but not look like the next option. */
function isFlag(word: string): boolean {
  return (
    word === '' ||
    (word.startsWith('-') && word.length <= nameCharactersMax && /^--?[A-Za-z][A-Za-z-]*(?:=|$)/.test(word))
  );
}

function isName(word: string, from: number): boolean {
  if (from >= word.length || word.length - from > nameCharactersMax) return false;
  for (let index = from; index < word.length; index += 1) if (!isNameCharacter(word.charCodeAt(index))) return false;
  return true;
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

function unquote(word: string): string {
  if (!/^["'(]|["')]$/.test(word)) return word;
  let start = 0;
  let end = word.length;
  while (start < end && '"\'('.includes(word.charAt(start))) start += 1;
  while (end > start && '"\')'.includes(word.charAt(end - 1))) end -= 1;
  return word.slice(start, end);
}
