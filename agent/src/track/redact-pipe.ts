/** Secrets that a script hands to a program's standard input: `echo secret | sudo -S …`, `chpasswd <<< root:secret`. */
import { redacted } from './redact-text.js';
import { isSeparator } from './shell-words.js';

const writers: ReadonlySet<string> = new Set(['echo', 'printf', '/bin/echo', '/usr/bin/printf']);
const readers: ReadonlySet<string> = new Set(['chpasswd', 'passwd', 'kinit', 'smbpasswd', 'cryptsetup', 'ldappasswd']);
/** `sudo -S`, `docker login --password-stdin`, `gh auth login --with-token`, `gpg --passphrase-fd 0`. */
const readingFlag = /^(?:-[a-zA-Z]{0,8}S|--stdin|--with-token|--passphrase-fd|--[a-z-]{0,32}-stdin)$/;

/** The words of a script, those that go into such a program replaced. */
export function piped(words: readonly string[]): readonly string[] {
  const commands = splitCommands(words);
  const secret = new Set<number>();
  commands.forEach(({ start, end }, index) => {
    if (!words.slice(start, end).some(reads)) return;
    const before = commands[index - 1];
    if (before !== undefined && words[start - 1] === '|') addWritten(words, before, secret);
    for (let word = start; word < end; word += 1)
      if (words[word]?.startsWith('<<<')) addHereString(words, word, secret);
  });
  return secret.size === 0 ? words : words.map((word, index) => (secret.has(index) ? redacted : word));
}

interface Command {
  readonly start: number;
  readonly end: number;
}

function splitCommands(words: readonly string[]): readonly Command[] {
  const commands: Command[] = [];
  let start = 0;
  words.forEach((word, index) => {
    if (!isSeparator(word) || word === '') return;
    commands.push({ start, end: index });
    start = index + 1;
  });
  return [...commands, { start, end: words.length }];
}

function reads(word: string): boolean {
  return readers.has(word.slice(word.lastIndexOf('/') + 1)) || (word.length <= 48 && readingFlag.test(word));
}

function addWritten(words: readonly string[], { start, end }: Command, secret: Set<number>): void {
  let writer = start;
  while (writer < end && !writers.has(words[writer] ?? '')) writer += 1;
  for (let index = writer + 1; index < end; index += 1) {
    const word = words[index] ?? '';
    if (word !== '' && !/^-[neE]{1,3}$/.test(word)) secret.add(index);
  }
}

function addHereString(words: readonly string[], at: number, secret: Set<number>): void {
  if (words[at] !== '<<<') secret.add(at);
  else secret.add(at + 1);
}
