/** The agent, from start to end. */
import './heap.js';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { takeCommands } from './command/take-commands.js';
import { readConfig, type Made, type RunConfig } from './config.js';
import { usage } from './config/usage.js';
import { diagnose } from './doctor/doctor.js';
import { agentLimits } from './limits.js';
import { createLog, type Log } from './log.js';
import { failure, success, type Result } from './result.js';
import { removeSensor } from './source/remove-sensor.js';
import { readTextFile } from './source/text-file.js';
import { openKernelLog } from './source/kernel-log.js';
import { loadLibc } from './source/native.js';
import { openSensor } from './source/open-sensor.js';
import { readBootId } from './source/proc.js';
import type { Sensor } from './source/sensor.js';
import { openStates } from './source/states.js';
import { setOomScoreAdj } from './self/oom-score.js';
import { dropStartupCode } from './self/startup-code.js';
import { watchSelf } from './self/watch-self.js';
import { keepEnrolment, machineId, readCredential } from './state/credential.js';
import { prepareStateDir } from './state/files.js';
import { lockStateDir } from './state/lock.js';
import { enroll } from './uplink/enroll.js';
import { createHttpClient, type HttpClient } from './uplink/http.js';
import { proxyFor } from './uplink/proxy.js';
import { report } from './report.js';
import { version } from './version.js';

/** For whoever starts us: done, cannot work here, must be told something else, wants to be started anew. */
const exits = { done: 0, failed: 1, usage: 2, overLimits: 3 } as const;

const objectPath = fileURLToPath(new URL('./whodunit.bpf.o', import.meta.url));

process.exitCode = await main(process.argv.slice(2));
// An open IPC channel would keep the process alive.
if (process.connected) process.disconnect();

async function main(args: readonly string[]): Promise<number> {
  const config = readConfig(args);
  if (!config.ok) return complain(config.failure.sentence, exits.usage);
  switch (config.value.command) {
    case 'help':
      process.stdout.write(usage());
      return exits.done;
    case 'version':
      process.stdout.write(`whodunit-agent ${version}\n`);
      return exits.done;
    case 'check-config':
      process.stdout.write(tableOf(config.value.made));
      return exits.done;
    case 'doctor': {
      const { healthy, text } = await diagnose(config.value, objectPath);
      process.stdout.write(text);
      return healthy ? exits.done : exits.failed;
    }
    case 'remove-sensor': {
      const removed = await removeSensor(config.value.stateDir);
      if (!removed.ok) return complain(removed.failure.sentence, exits.failed);
      process.stdout.write(removed.value ? 'The sensor was removed.\n' : 'There was no sensor.\n');
      return exits.done;
    }
    case 'run':
      return run(config.value);
  }
}

async function run(config: RunConfig): Promise<number> {
  const log = createLog(config.logLevel);
  const { stop, request } = stopRequests(log);

  const locked = await takeStateDir(config.stateDir);
  if (!locked.ok) return complain(locked.failure.sentence, exits.failed);

  if (config.oomScoreAdj !== undefined) {
    const set = setOomScoreAdj(config.oomScoreAdj);
    if (!set.ok) log.warn(set.failure.sentence);
  }
  const token = readToken(config);
  if (!token.ok) return complain(token.failure.sentence, exits.usage);
  const ca = config.caFile === undefined ? success(undefined) : readTextFile(config.caFile, '--ca-file');
  if (!ca.ok) return complain(ca.failure.sentence, exits.usage);

  const sensor = await openSensor({
    choice: config.sensor,
    objectPath,
    stateDir: config.stateDir,
    onFallback: ({ sentence }) => log.warn(`A better sensor is out of reach. ${sentence}`),
  });
  if (!sensor.ok) return complain(sensor.failure.sentence, exits.failed);
  log.info('recording', { rung: sensor.value.rung, resumed: sensor.value.resumed, version });

  // At once: what the log holds until now happened before anybody watched.
  const kernelLog = openKernelLog({ stateDir: config.stateDir, bootId: readBootId(), sensor: sensor.value });
  if (!kernelLog.ok) log.warn(kernelLog.failure.sentence);

  const proxy = proxyFor(config.api, config);
  if (proxy) log.info('the API is reached through a proxy', { proxy: proxy.host });
  const http = createHttpClient(config.api, ca.value, proxy);
  const credential = await obtainCredential(config, token.value, http, log, stop);
  if (!credential.ok) {
    leaveSensor(sensor.value, config.keepSensor);
    http.close();
    if (stop.aborted) return exits.done;
    return complain(credential.failure.sentence, exits.usage);
  }

  const states = await openStates(sensor.value);
  const parts = { sensor: sensor.value, kernelLog, http, credential: credential.value, config, log, states };
  const reporting = report(parts);
  const commands = takeCommands({
    ...parts,
    stateDir: config.stateDir,
    policyPath: config.commandPolicy,
    redactNames: config.redactNames,
  });
  const libc = await loadLibc();
  if (libc.ok) setTimeout(() => dropStartupCode(libc.value), agentLimits.startupMs).unref();
  let overLimits = false;
  const endWatch = watchSelf(config, (sentence) => {
    overLimits = true;
    log.error(`${sentence} It ends, and is to be started anew: ring and spool keep what it has not told.`);
    request('over its own limits');
  });
  await aborted(stop);
  endWatch();
  await commands?.stop();
  const isSafe = await reporting.stop();
  // The next agent goes on where this one ends.
  const isUntold = !isSafe && sensor.value.rung === 'ebpf';
  leaveSensor(sensor.value, config.keepSensor || overLimits || isUntold);
  log.info('stopped');
  return overLimits ? exits.overLimits : exits.done;
}

/** SIGTERM, SIGINT, or the end of the process that started us with an IPC channel. */
function stopRequests(log: Log): { readonly stop: AbortSignal; request(why: string): void } {
  const controller = new AbortController();
  const request = (why: string) => {
    if (!controller.signal.aborted) log.info('stopping', { why });
    controller.abort();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => request(signal));
  if (process.send !== undefined) process.on('disconnect', () => request('the parent process is gone'));
  return { stop: controller.signal, request };
}

async function takeStateDir(stateDir: string): Promise<Result<undefined>> {
  try {
    prepareStateDir(stateDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failure('state/unusable', `The state directory ${stateDir} cannot be made (${reason}): give --state-dir.`);
  }
  const libc = await loadLibc();
  // Without koffi there is no flock; the procfs rung then runs unguarded rather than not at all.
  return libc.ok ? lockStateDir(stateDir, libc.value.tryLock) : success(undefined);
}

/** Undefined when the host is enrolled already. */
function readToken(config: RunConfig): Result<string | undefined> {
  if (readCredential(config.stateDir) !== undefined) return success(undefined);
  if (config.enrollTokenFile !== undefined) {
    const text = readTextFile(config.enrollTokenFile, '--enroll-token-file');
    return text.ok ? success(text.value.trim()) : text;
  }
  if (config.enrollToken !== undefined) return success(config.enrollToken.trim());
  return failure(
    'enroll/no-token',
    `This host is not enrolled (${config.stateDir} holds no credential): start once with --enroll-token-file FILE.`,
  );
}

async function obtainCredential(
  config: RunConfig,
  token: string | undefined,
  http: HttpClient,
  log: Log,
  signal: AbortSignal,
): Promise<Result<string>> {
  const kept = readCredential(config.stateDir);
  if (kept !== undefined || token === undefined) return success(kept ?? '');
  // A request that hangs must not hold up the end.
  const hangUp = () => http.close();
  signal.addEventListener('abort', hangUp);
  const enrolled = await enroll({
    http,
    token,
    machineId: machineId(config.stateDir),
    hostname: hostname(),
    log,
    signal,
  });
  signal.removeEventListener('abort', hangUp);
  if (enrolled.ok) {
    keepEnrolment(config.stateDir, enrolled.value);
    log.info('enrolled', { name: hostname() });
  }
  return enrolled.ok ? success(enrolled.value.credential) : enrolled;
}

function leaveSensor(sensor: Sensor, keep: boolean): void {
  if (sensor.rung !== 'procfs' && !keep) sensor.remove();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function tableOf(made: readonly Made[]): string {
  const width = (key: 'name' | 'value') => Math.max(...made.map((setting) => setting[key].length));
  const [names, values] = [width('name'), width('value')];
  return made.map(({ name, value, origin }) => `${name.padEnd(names)}  ${value.padEnd(values)}  ${origin}\n`).join('');
}

function complain(sentence: string, code: number): number {
  process.stderr.write(`whodunit-agent: ${sentence}\n`);
  return code;
}
