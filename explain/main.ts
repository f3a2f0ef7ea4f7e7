/** `npm run explain -- [FILE]`: who was killed and why, from any machine's kernel log, offline. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readKernelLog } from '../agent/src/kernel/log/read-kernel-log.js';
import { locales, quote, type Locale } from '../src/verdict/index.js';
import { explainAll, renderJson, renderText } from './render.js';

const usage = `Usage: npm run explain -- [--json] [--locale en|zh] [FILE]

Reads a kernel log (dmesg, dmesg -T in any language, syslog, journalctl -k, an OOM report as somebody pasted it) from FILE or
standard input, and says who was killed and why. Needs no server and no rights. Nothing leaves this machine.

--locale zh: the sentence in Chinese; evidence stays in English. --json has both languages.

Exit status: 0 something was found, 1 nothing was, 2 the arguments or the file are wrong.
`;

process.exitCode = main();

function main(): number {
  const given = readArguments();
  if (typeof given === 'string') return complain(given);
  if (given.help) {
    process.stdout.write(usage);
    return 0;
  }
  let text: string;
  try {
    text = readFileSync(given.file ?? 0, 'utf8');
  } catch (error) {
    return complain(`${given.file ?? 'Standard input'} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const explained = explainAll(readKernelLog(text));
  process.stdout.write(given.json ? renderJson(explained) : renderText(explained, given.locale));
  if (explained.length > 0) return 0;
  process.stderr.write('explain: no kill of the OOM killer, no fault and no hung task is in this text.\n');
  return 1;
}

function readArguments():
  | { readonly help: boolean; readonly json: boolean; readonly locale: Locale; readonly file: string | undefined }
  | string {
  try {
    const options = {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean' },
      locale: { type: 'string', default: 'en' },
    } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length > 1) return 'One file at a time.';
    const locale = locales.find((one) => one.toLowerCase() === values.locale.toLowerCase());
    if (locale === undefined) return `--locale is en or zh, not ${quote(values.locale)}.`;
    return { help: values.help ?? false, json: values.json ?? false, locale, file: positionals[0] };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function complain(sentence: string): number {
  process.stderr.write(`explain: ${sentence}\n\n${usage}`);
  return 2;
}
