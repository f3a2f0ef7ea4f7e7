/** The agent, from start to end. */
import './heap.js';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readConfig, usage, type RunConfig } from './config.js';
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
import { keepCredential, machineId, readCredential } from './state/credential.js';
import { prepareStateDir } from './state/files.js';
import { lockStateDir } from './state/lock.js';
import { enroll } from './uplink/enroll.js';
import { createHttpClient, type HttpClient } from './uplink/http.js';
import { report } from './report.js';
import { version } from './version.js';

/** For whoever starts us: 0 done, 1 cannot work here, 2 must be told something else. */
const exits = { done: 0, failed: 1, usage: 2 } as const;

const objectPath = fileURLToPath(new URL('./whodunit.bpf.o', import.meta.url));

process.exitCode = await main(process.argv.slice(2));
// An open IPC channel would keep the process alive.
if (process.connected) process.disconnect();

async function main(args: readonly string[]): Promise<number> {
  const config = readConfig(args);
  if (!config.ok) return complain(config.failure.sentence, exits.usage);
  switch (config.value.command) {
    case 'help':
      process.stdout.write(usage);
      return exits.done;
    case 'version':
      process.stdout.write(`whodunit-agent ${version}\n`);
      return exits.done;
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
  const stop = stopRequests(log);

  const locked = await takeStateDir(config.stateDir);
  if (!locked.ok) return complain(locked.failure.sentence, exits.failed);

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

  const http = createHttpClient(config.api, ca.value);
  const credential = await obtainCredential(config, token.value, http, log, stop);
  if (!credential.ok) {
    leaveSensor(sensor.value, config.keepSensor);
    http.close();
    if (stop.aborted) return exits.done;
    return complain(credential.failure.sentence, exits.usage);
  }

  const states = await openStates();
  const parts = { sensor: sensor.value, kernelLog, http, credential: credential.value, config, log, states };
  const reporting = report(parts);
  await aborted(stop);
  await reporting.stop();
  leaveSensor(sensor.value, config.keepSensor);
  log.info('stopped');
  return exits.done;
}

/** SIGTERM, SIGINT, or the end of the process that started us with an IPC channel. */
function stopRequests(log: Log): AbortSignal {
  const controller = new AbortController();
  const stop = (why: string) => {
    if (!controller.signal.aborted) log.info('stopping', { why });
    controller.abort();
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGHUP', () => stop('SIGHUP'));
  if (process.send !== undefined) process.on('disconnect', () => stop('the parent process is gone'));
  return controller.signal;
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
    keepCredential(config.stateDir, enrolled.value);
    log.info('enrolled', { name: hostname() });
  }
  return enrolled;
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

function complain(sentence: string, code: number): number {
  process.stderr.write(`whodunit-agent: ${sentence}\n`);
  return code;
}
