/**
 * What a command line asks of systemd, as far as it can end processes: `systemctl stop redis`, `reboot`, `init 0`.
 *
 * The command line is all that is known of such a request: systemctl says the rest over D-Bus. Not understood: requests to
 * another host (`-H`), and what only asks or starts.
 * Source: systemctl(1), shutdown(8), telinit(8), kexec(8).
 */
import type { ProcessFacts } from './facts.js';
import { signalName, signals } from './signal-names.js';

export interface StopWish {
  readonly what: 'stop' | 'kill' | 'shutdown';
  /** As they were written: without `.service`, with `*`. */
  readonly units: readonly string[];
  /** Which one `kill` sends. */
  readonly signal: number | null;
  /** To a user's own manager. */
  readonly user: boolean;
  /** To the manager of a container or machine. */
  readonly machine: boolean;
}

/** Verbs of systemctl that can end processes; the store asks for these alone. */
export const stopVerbs = [
  'stop',
  'restart',
  'try-restart',
  'condrestart',
  'reload-or-restart',
  'try-reload-or-restart',
  'force-reload',
  'isolate',
  'kill',
  'start',
  'disable',
  'mask',
  'rescue',
  'emergency',
  'exit',
  'poweroff',
  'reboot',
  'halt',
  'kexec',
  'soft-reboot',
] as const;

export function stopWishOf({ comm, args }: Pick<ProcessFacts, 'comm' | 'args'>): StopWish | null {
  if (args.length === 0) return null;
  if (comm === 'systemctl') return wishOfSystemctl(parse(args.slice(1)));
  const rest = args.slice(1);
  if (comm === 'init' || comm === 'telinit') return rest.some((arg) => arg === '0' || arg === '6') ? shutdown : null;
  if (comm === 'kexec') return rest.some((arg) => arg === '-e' || arg === '--exec') ? shutdown : null;
  const harmless = rest.some((arg) => /^(-c|-k|-w|--wtmp-only|--show|--help)$/.test(arg));
  return shutdownPrograms.has(comm) && !harmless ? shutdown : null;
}

/** Whether a unit as it was written means this one: `redis`, `redis.service`, `redis*`. */
export function meansUnit(written: string, unit: string): boolean {
  const whole = /\.(service|scope|socket|mount|swap|slice|target)$/.test(written);
  if (written.endsWith('*')) return unit.startsWith(written.slice(0, -1));
  return unit === (whole ? written : `${written}.service`);
}

const shutdown: StopWish = { what: 'shutdown', units: [], signal: null, user: false, machine: false };
const shutdownPrograms: ReadonlySet<string> = new Set(['shutdown', 'poweroff', 'reboot', 'halt']);
const shutdownVerbs: ReadonlySet<string> = new Set(['poweroff', 'reboot', 'halt', 'kexec', 'soft-reboot', 'exit']);
const shutdownTargets: ReadonlySet<string> = new Set(
  ['poweroff', 'reboot', 'halt', 'kexec', 'soft-reboot', 'shutdown', 'exit'].map((name) => `${name}.target`),
);
/** They stop units only with `--now`. */
const verbsThatNeedNow: ReadonlySet<string> = new Set(['disable', 'mask']);

interface CommandLine {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

/** Those of systemctl whose value may be a word of its own. */
const optionsWithValue: ReadonlySet<string> = new Set(
  (
    '-t --type --state -p -P --property -n --lines -o --output -s --signal --kill-who --kill-whom --kill-value --job-mode ' +
    '-M --machine -H --host --root --image --when --what --message --boot-loader-entry'
  ).split(' '),
);

function parse(args: readonly string[]): CommandLine {
  const words: string[] = [];
  const options = new Map<string, string>();
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const assigned = arg.startsWith('--') ? arg.indexOf('=') : -1;
    if (!arg.startsWith('-')) words.push(arg);
    else if (assigned > 0) options.set(arg.slice(0, assigned), arg.slice(assigned + 1));
    else if (optionsWithValue.has(arg)) options.set(arg, args[++index] ?? '');
    else if (/^-[sMH]./.test(arg)) options.set(arg.slice(0, 2), arg.slice(2));
    else options.set(arg, '');
  }
  return { words, options };
}

function wishOfSystemctl({ words, options }: CommandLine): StopWish | null {
  const [verb = '', ...units] = words;
  if (!verbs.has(verb) || options.has('-H') || options.has('--host')) return null;
  if (verbsThatNeedNow.has(verb) && !options.has('--now')) return null;
  const place = { user: options.has('--user'), machine: options.has('-M') || options.has('--machine') };
  const whole = shutdownVerbs.has(verb) || units.some((unit) => shutdownTargets.has(unit));
  if (whole) return { ...shutdown, ...place };
  if (verb === 'start') return null;
  if (verb !== 'kill') return { what: 'stop', units, signal: null, ...place };
  const signal = signalNumber(options.get('-s') ?? options.get('--signal') ?? 'TERM');
  return { what: 'kill', units, signal, ...place };
}

const verbs: ReadonlySet<string> = new Set(stopVerbs);

function signalNumber(text: string): number | null {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const name = text.toUpperCase().replace(/^(SIG)?/, 'SIG');
  const number = Array.from({ length: realTimeLast }, (_, index) => index + 1).find((one) => signalName(one) === name);
  return number ?? (name === 'SIGIOT' ? signals.SIGABRT : null);
}

const realTimeLast = 64;
