/** The command line and the environment, read once and checked; the only reader of `process.env`. */
import { parseArgs } from 'node:util';
import { agentLimits } from './limits.js';
import { logLevels, type LogLevel } from './log.js';
import { failure, success, type Result } from './result.js';

export const sensorChoices = ['auto', 'ebpf', 'tracefs', 'procfs'] as const;
export type SensorChoice = (typeof sensorChoices)[number];

export interface RunConfig {
  readonly command: 'run';
  readonly api: URL;
  readonly stateDir: string;
  readonly enrollTokenFile: string | undefined;
  readonly enrollToken: string | undefined;
  readonly keepSensor: boolean;
  readonly sensor: SensorChoice;
  readonly spoolBytesMax: number;
  readonly caFile: string | undefined;
  readonly logLevel: LogLevel;
}

export type Config =
  | RunConfig
  | { readonly command: 'remove-sensor'; readonly stateDir: string; readonly logLevel: LogLevel }
  | { readonly command: 'help' | 'version' };

export const usage = `whodunit-agent: records who ends which process on this host, and tells the Whodunit API.

  whodunit-agent run [options]             record and report until SIGTERM or SIGINT
  whodunit-agent remove-sensor [options]   take a sensor that was left in the kernel out of it

  --api URL                  where the API listens (WHODUNIT_API_URL; http://127.0.0.1:4000)
  --state-dir DIR            credential, spool and lock (WHODUNIT_AGENT_STATE_DIR; /var/lib/whodunit-agent)
  --enroll-token-file FILE   one-use token for the first start (or WHODUNIT_ENROLL_TOKEN)
  --sensor auto|ebpf|tracefs|procfs
                             auto takes the best that this host allows
  --spool-max-mib N          disk for events that the API does not have (WHODUNIT_SPOOL_MAX_MIB; ${agentLimits.spoolMibDefault})
  --keep-sensor              go on recording in the kernel while no agent runs
  --ca-file FILE             certificates to trust for HTTPS, PEM
  --insecure-http            allow plain HTTP to another host: the credential then travels in clear
  --log-level LEVEL          ${logLevels.join(', ')}
  --help, --version
`;

const options = {
  api: { type: 'string' },
  'state-dir': { type: 'string' },
  'enroll-token-file': { type: 'string' },
  sensor: { type: 'string', default: 'auto' },
  'spool-max-mib': { type: 'string' },
  'keep-sensor': { type: 'boolean', default: false },
  'ca-file': { type: 'string' },
  'insecure-http': { type: 'boolean', default: false },
  'log-level': { type: 'string', default: 'info' },
  help: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
} as const;

export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Result<Config> {
  const parsed = parse(args);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (values.help) return success({ command: 'help' });
  if (values.version) return success({ command: 'version' });
  const logLevel = oneOf(logLevels, values['log-level']);
  if (logLevel === undefined) return bad(`--log-level ${values['log-level']}: must be ${logLevels.join(', ')}.`);
  const stateDir = values['state-dir'] ?? env['WHODUNIT_AGENT_STATE_DIR'] ?? '/var/lib/whodunit-agent';
  const [command, ...rest] = positionals;
  if (rest.length > 0) return bad(`'${rest.join(' ')}' is not understood; see --help.`);
  if (command === 'remove-sensor') return success({ command, stateDir, logLevel });
  if (command !== 'run') return bad(`Say what to do: run or remove-sensor; see --help.`);
  const sensor = oneOf(sensorChoices, values.sensor);
  if (sensor === undefined) return bad(`--sensor ${values.sensor}: must be ${sensorChoices.join(', ')}.`);
  const api = readApi(values.api ?? env['WHODUNIT_API_URL'] ?? 'http://127.0.0.1:4000', values['insecure-http']);
  if (!api.ok) return api;
  const spoolMib = readSpoolMib(values['spool-max-mib'] ?? env['WHODUNIT_SPOOL_MAX_MIB']);
  if (!spoolMib.ok) return spoolMib;
  return success({
    command,
    api: api.value,
    stateDir,
    enrollTokenFile: values['enroll-token-file'],
    enrollToken: env['WHODUNIT_ENROLL_TOKEN'],
    keepSensor: values['keep-sensor'],
    sensor,
    spoolBytesMax: spoolMib.value * 1024 * 1024,
    caFile: values['ca-file'],
    logLevel,
  });
}

function parse(args: readonly string[]) {
  try {
    return success(parseArgs({ args: [...args], options, allowPositionals: true, strict: true }));
  } catch (error) {
    return bad(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

function readApi(text: string, insecureHttp: boolean): Result<URL> {
  if (!URL.canParse(text)) return bad(`--api ${text}: is not a URL.`);
  const api = new URL(text);
  if (api.protocol !== 'http:' && api.protocol !== 'https:')
    return bad(`--api ${text}: must begin with http or https.`);
  if (api.username !== '' || api.password !== '') return bad('--api: must not hold a user name or a password.');
  if (api.protocol === 'http:' && !isLoopback(api.hostname) && !insecureHttp) {
    return bad(`--api ${text}: the credential would travel in clear. Use https, or say --insecure-http.`);
  }
  return success(api);
}

function readSpoolMib(text: string | undefined): Result<number> {
  if (text === undefined) return success(agentLimits.spoolMibDefault);
  const mib = Number(text);
  const { spoolMibMax } = agentLimits;
  if (/^\d+$/.test(text) && mib >= 1 && mib <= spoolMibMax) return success(mib);
  return bad(`--spool-max-mib ${text}: must be a whole number from 1 to ${spoolMibMax}.`);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function oneOf<const T extends string>(choices: readonly T[], text: string): T | undefined {
  return choices.find((choice) => choice === text);
}

function bad(sentence: string) {
  return failure('config/invalid', sentence);
}
