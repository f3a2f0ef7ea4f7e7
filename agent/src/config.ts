/** The settings: command line over environment over file, read once and checked; the only reader of `process.env`. */
import { parseArgs } from 'node:util';
import { readConfigFile, type ConfigFile } from './config/file.js';
import { bad, type Setting } from './config/setting.js';
import { settingNames, settings, type SettingName, type SettingValues } from './config/settings.js';
import { defaultConfigPath } from './config/usage.js';
import { success, type Result } from './result.js';

export { sensorChoices, type SensorChoice } from './config/settings.js';

export interface RunConfig extends SettingValues {
  readonly command: 'run';
  readonly spoolBytesMax: number;
}

export interface DoctorConfig extends SettingValues {
  readonly command: 'doctor';
  readonly spoolBytesMax: number;
  readonly json: boolean;
}

/** One setting that was made, for people: a secret's value is not shown. */
export interface Made {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
}

export type Config =
  | RunConfig
  | DoctorConfig
  | { readonly command: 'check-config'; readonly made: readonly Made[] }
  | { readonly command: 'remove-sensor'; readonly stateDir: string }
  | { readonly command: 'help' | 'version' };

const commands = ['run', 'doctor', 'remove-sensor'] as const;

interface Given {
  readonly text: string;
  /** As whoever made the setting would recognize it; without the value of a secret. */
  readonly shown: string;
  readonly origin: string;
}

export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Result<Config> {
  const parsed = parse(args);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (values['help']) return success({ command: 'help' });
  if (values['version']) return success({ command: 'version' });
  const [first, ...rest] = positionals;
  const command = commands.find((name) => name === first);
  if (command === undefined) return bad(sayWhatToDo(first));
  if (rest.length > 0) return bad(`'${rest.join(' ')}' is not understood; see --help.`);
  if (values['check-config'] && command !== 'run') return bad('--check-config belongs to run; see --help.');
  if (values['json'] && command !== 'doctor') return bad('--json belongs to doctor; see --help.');
  const file = findFile(values['config'], values['no-config'] === true);
  if (!file.ok) return file;
  const given = gather(values, env, file.value);
  const read = readSettings(given);
  if (!read.ok) return read;
  const common = { ...read.value, spoolBytesMax: read.value.spoolMib * 1024 * 1024 };
  if (command === 'remove-sensor') return success({ command, stateDir: common.stateDir });
  if (command === 'doctor') return success({ ...common, command, json: values['json'] === true });
  if (values['check-config']) return success({ command: 'check-config', made: listMade(given) });
  return success({ ...common, command });
}

const switches = ['help', 'version', 'check-config', 'no-config', 'json'] as const;

/** Values are those of parseArgs: text, or true for a switch. */
function parse(args: readonly string[]) {
  const options: Record<string, { type: 'string' | 'boolean' }> = { config: { type: 'string' } };
  for (const name of switches) options[name] = { type: 'boolean' };
  for (const { flag, argument } of allSettings())
    if (flag !== undefined) options[flag] = { type: argument === undefined ? 'boolean' : 'string' };
  try {
    return success(parseArgs({ args: [...args], options, allowPositionals: true, strict: true }));
  } catch (error) {
    return bad(`${sentenceOf(error)} See --help.`);
  }
}

/** parseArgs' own, on one line; without its advice on arguments that begin with a dash where none is meant. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = message.replace(/ To specify a positional.*$/s, '').replaceAll('\n', ' ');
  return /[.?]$/.test(text) ? text : `${text}.`;
}

function sayWhatToDo(word: string | undefined): string {
  const said = word === undefined ? 'Say what to do' : `'${word}' is not something to do`;
  return `${said}: run, doctor or remove-sensor; see --help.`;
}

function findFile(path: unknown, none: boolean): Result<ConfigFile | undefined> {
  if (none) return path === undefined ? success(undefined) : bad('--config and --no-config contradict each other.');
  if (typeof path !== 'string') return readConfigFile(defaultConfigPath);
  const file = readConfigFile(path);
  return file.ok && file.value === undefined ? bad(`--config ${path}: there is no such file.`) : file;
}

/** The text of every setting that was made; an empty variable is none. */
function gather(
  flags: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
  file: ConfigFile | undefined,
): ReadonlyMap<SettingName, Given> {
  const given = new Map<SettingName, Given>();
  for (const name of settingNames) {
    const setting: Setting<unknown> = settings[name];
    const found = fromFlag(setting, flags) ?? fromEnvironment(setting, env) ?? fromFile(setting, file);
    if (found) given.set(name, found);
  }
  return given;
}

function fromFlag({ flag }: Setting<unknown>, flags: Readonly<Record<string, unknown>>): Given | undefined {
  const value = flag === undefined ? undefined : flags[flag];
  if (value === true) return { text: 'true', shown: `--${flag}`, origin: 'command line' };
  if (typeof value !== 'string') return undefined;
  return { text: value, shown: `--${flag} ${value}`, origin: 'command line' };
}

function fromEnvironment({ variables, secret }: Setting<unknown>, env: NodeJS.ProcessEnv): Given | undefined {
  for (const name of variables) {
    const text = env[name];
    if (text) return { text, shown: `${name}=${secret ? '…' : text}`, origin: 'environment' };
  }
  return undefined;
}

function fromFile({ variables, secret }: Setting<unknown>, file: ConfigFile | undefined): Given | undefined {
  for (const name of variables) {
    const entry = file?.entries.get(name);
    if (file === undefined || entry === undefined || entry.value === '') continue;
    const origin = `${file.path}:${entry.line}`;
    return { text: entry.value, shown: `${origin}: ${name}=${secret ? '…' : entry.value}`, origin };
  }
  return undefined;
}

function readSettings(given: ReadonlyMap<SettingName, Given>): Result<SettingValues> {
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of settingNames) {
    const setting: Setting<unknown> = settings[name];
    const made = given.get(name);
    const read = made === undefined ? success(setting.fallback) : setting.parse(made.text);
    if (!read.ok) return bad(`${made?.shown ?? name}: ${read.failure.sentence}`);
    values[name] = read.value;
  }
  const all = values as SettingValues;
  if (all.api.protocol === 'http:' && !isLoopback(all.api.hostname) && !all.insecureHttp)
    return bad(`${given.get('api')?.shown}: the credential would travel in clear. Use https, or say --insecure-http.`);
  return success(all);
}

function listMade(given: ReadonlyMap<SettingName, Given>): readonly Made[] {
  return settingNames.map((name) => {
    const setting: Setting<unknown> = settings[name];
    const made = given.get(name);
    const value = setting.secret && made ? '…' : (made?.text ?? showFallback(setting.fallback));
    return { name: setting.flag ?? setting.variables.at(-1) ?? name, value, origin: made?.origin ?? 'default' };
  });
}

function showFallback(value: unknown): string {
  const text = value === undefined || Array.isArray(value) ? '' : String(value);
  return text === '' ? '-' : text;
}

function allSettings(): readonly Setting<unknown>[] {
  return settingNames.map((name) => settings[name]);
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
