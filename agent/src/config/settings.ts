/** Every setting of the agent: one line of the help, one key of the file, one variable of the environment. */
import { labelKeyPattern, limits, type Label } from '../contract.js';
import { agentLimits } from '../limits.js';
import { logLevels } from '../log.js';
import { success, type Result } from '../result.js';
import { anyText, bad, oneOf, trueOrFalse, wholeNumber, type Setting } from './setting.js';

export const sensorChoices = ['auto', 'ebpf', 'tracefs', 'procfs'] as const;
export type SensorChoice = (typeof sensorChoices)[number];

const { spoolMibDefault, spoolMibMax, memoryMib, cpuPercent } = agentLimits;

export const settings = {
  api: {
    flag: 'api',
    variables: ['WHODUNIT_API_URL'],
    argument: 'URL',
    help: 'where the API listens (http://127.0.0.1:4000)',
    fallback: new URL('http://127.0.0.1:4000'),
    parse: readApi,
  },
  stateDir: {
    flag: 'state-dir',
    variables: ['WHODUNIT_AGENT_STATE_DIR'],
    argument: 'DIR',
    help: 'credential, spool and lock (/var/lib/whodunit-agent)',
    fallback: '/var/lib/whodunit-agent',
    parse: anyText,
  },
  enrollTokenFile: {
    flag: 'enroll-token-file',
    variables: ['WHODUNIT_ENROLL_TOKEN_FILE'],
    argument: 'FILE',
    help: 'holds the one-use token of the first start',
    fallback: undefined,
    parse: anyText,
  },
  enrollToken: {
    variables: ['WHODUNIT_ENROLL_TOKEN'],
    argument: 'TOKEN',
    secret: true,
    help: 'the one-use token itself',
    fallback: undefined,
    parse: anyText,
  },
  sensor: {
    flag: 'sensor',
    variables: ['WHODUNIT_SENSOR'],
    argument: sensorChoices.join('|'),
    help: 'auto takes the best that this host allows',
    fallback: 'auto',
    parse: oneOf(sensorChoices),
  },
  spoolMib: {
    flag: 'spool-max-mib',
    variables: ['WHODUNIT_SPOOL_MAX_MIB'],
    argument: 'N',
    help: `disk for events that the API does not have (${spoolMibDefault})`,
    fallback: spoolMibDefault,
    parse: wholeNumber(1, spoolMibMax),
  },
  keepSensor: {
    flag: 'keep-sensor',
    variables: ['WHODUNIT_KEEP_SENSOR'],
    help: 'go on recording in the kernel while no agent runs',
    fallback: false,
    parse: trueOrFalse,
  },
  redactNames: {
    flag: 'redact-names',
    variables: ['WHODUNIT_REDACT_NAMES'],
    argument: 'NAME,…',
    help: 'flags, keys and headers whose values are secrets here, besides those that are known: pin,x-corp-auth',
    fallback: [],
    parse: readNames,
  },
  labels: {
    flag: 'labels',
    variables: ['WHODUNIT_LABELS'],
    argument: 'KEY=VALUE,…',
    help: 'what this host is called by in selectors, filters and routes: role=db,env=prod',
    fallback: [],
    parse: readLabels,
  },
  memoryMaxMib: {
    flag: 'memory-max-mib',
    variables: ['WHODUNIT_MEMORY_MAX_MIB'],
    argument: 'N',
    help: `resident memory above which the agent ends, to be started anew (${memoryMib.fallback}; 0: no limit)`,
    fallback: memoryMib.fallback,
    parse: wholeNumber(0, memoryMib.most),
  },
  cpuMaxPercent: {
    flag: 'cpu-max-percent',
    variables: ['WHODUNIT_CPU_MAX_PERCENT'],
    argument: 'N',
    help: `of one core, for a minute on end: likewise (${cpuPercent.fallback}; 0: no limit)`,
    fallback: cpuPercent.fallback,
    parse: wholeNumber(0, cpuPercent.most),
  },
  oomScoreAdj: {
    flag: 'oom-score-adj',
    variables: ['WHODUNIT_OOM_SCORE_ADJ'],
    argument: 'N',
    help: 'how readily the OOM killer takes the agent, proc_pid_oom_score_adj(5): -1000 to 1000',
    fallback: undefined,
    parse: wholeNumber(-1000, 1000),
  },
  caFile: {
    flag: 'ca-file',
    variables: ['WHODUNIT_CA_FILE'],
    argument: 'FILE',
    help: 'certificates to trust for HTTPS, PEM',
    fallback: undefined,
    parse: anyText,
  },
  insecureHttp: {
    flag: 'insecure-http',
    variables: ['WHODUNIT_INSECURE_HTTP'],
    help: 'allow plain HTTP to another host: the credential then travels in clear',
    fallback: false,
    parse: trueOrFalse,
  },
  commandPolicy: {
    flag: 'command-policy',
    variables: ['WHODUNIT_COMMAND_POLICY'],
    argument: 'FILE',
    help: 'what commands of the server may do on this host, JSON (/etc/whodunit/commands.json, when it is there)',
    fallback: '/etc/whodunit/commands.json',
    parse: anyText,
  },
  httpsProxy: {
    variables: ['https_proxy', 'HTTPS_PROXY'],
    argument: 'URL',
    secret: true,
    help: 'proxy to an https API: http://[user:password@]proxy:port',
    fallback: undefined,
    parse: readProxy,
  },
  httpProxy: {
    variables: ['http_proxy', 'HTTP_PROXY'],
    argument: 'URL',
    secret: true,
    help: 'proxy to an http API',
    fallback: undefined,
    parse: readHttpProxy,
  },
  noProxy: {
    variables: ['no_proxy', 'NO_PROXY'],
    argument: 'HOST,…',
    help: 'no proxy to these: example.com (and below it), 10.0.0.0/8, *',
    fallback: '',
    parse: anyText,
  },
  logLevel: {
    flag: 'log-level',
    variables: ['WHODUNIT_AGENT_LOG_LEVEL'],
    argument: 'LEVEL',
    help: `${logLevels.join(', ')} (info)`,
    fallback: 'info',
    parse: oneOf(logLevels),
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;

/** What each setting's text is read to. */
export type SettingValues = {
  readonly [Name in SettingName]: Parsed<(typeof settings)[Name]> | (typeof settings)[Name]['fallback'];
};

type Parsed<S> = S extends { parse(text: string): infer R }
  ? R extends { ok: true; value: infer T }
    ? T
    : never
  : never;

export const settingNames = Object.keys(settings) as readonly SettingName[];

function readApi(text: string): Result<URL> {
  if (!URL.canParse(text)) return bad('is not a URL.');
  const api = new URL(text);
  if (api.protocol !== 'http:' && api.protocol !== 'https:') return bad('must begin with http:// or https://.');
  if (api.username !== '' || api.password !== '') return bad('must not hold a user name or a password.');
  if (api.search !== '' || api.hash !== '') return bad('must not hold a query.');
  return success(api);
}

/** curl takes `proxy:3128` for http://proxy:3128. */
function readProxy(text: string): Result<URL> {
  const full = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(full)) return bad('is not the URL of a proxy.');
  const proxy = new URL(full);
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    return bad('must be an http or https proxy: others, such as SOCKS, are not spoken here.');
  return success(proxy);
}

function readHttpProxy(text: string): Result<URL> {
  const proxy = readProxy(text);
  if (proxy.ok && proxy.value.protocol !== 'http:')
    return bad('must begin with http://: an http API has nothing to hide.');
  return proxy;
}

function readNames(text: string): Result<readonly string[]> {
  const names = text.split(',').map((name) => name.trim().replace(/^-+/, ''));
  const wrong = names.find((name) => !/^[A-Za-z0-9_.-]{2,64}$/.test(name));
  if (wrong !== undefined) return bad(`'${wrong}' is not a name: 2 to 64 letters, digits, '_', '-' or '.'.`);
  if (names.length > agentLimits.redactNamesMax) return bad(`must be at most ${agentLimits.redactNamesMax} names.`);
  return success(names);
}

function readLabels(text: string): Result<readonly Label[]> {
  const labels = text.split(',').map((part) => {
    const [key = '', ...value] = part.split('=');
    return { key: key.trim(), value: value.join('=').trim() };
  });
  const wrong = labels.find(
    (label) => !labelKeyPattern.test(label.key) || label.value.length > limits.labelValueCharactersMax,
  );
  if (wrong !== undefined) return bad(`'${wrong.key}=${wrong.value}' is not a label such as role=db.`);
  if (new Set(labels.map(({ key }) => key)).size < labels.length) return bad('names a label twice.');
  if (labels.length > limits.labelsMax) return bad(`must be at most ${limits.labelsMax} labels.`);
  return success(labels);
}
