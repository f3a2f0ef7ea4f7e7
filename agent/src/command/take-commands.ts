/**
 * Takes commands, if a key to check them with was pinned when the host was enrolled. Until the first one comes there is an
 * open connection and nothing else: what acts is put together only then, or when an earlier agent has left something to tell.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { takeQuestions } from '../audit/take-questions.js';
import type { Log } from '../log.js';
import { agentLimits } from '../limits.js';
import { inInitialPidNamespace } from '../source/proc.js';
import type { Sensor } from '../source/sensor.js';
import { machineId, readPinnedCommandKey } from '../state/credential.js';
import type { ApiClient } from '../uplink/http.js';
import type { Commander } from './commander.js';
import { KnownTime } from './known-time.js';
import { readPolicy } from './policy-file.js';
import { Reports } from './reports.js';
import { CommandStream } from './stream.js';

export interface CommandParts {
  readonly sensor: Sensor;
  readonly http: Pick<ApiClient, 'openStream' | 'post'>;
  readonly credential: string;
  readonly stateDir: string;
  readonly policyPath: string;
  readonly redactNames: readonly string[];
  readonly log: Log;
}

export interface Commands {
  /** Waits a little for what is being done. */
  stop(): Promise<void>;
}

export function takeCommands(parts: CommandParts): Commands | undefined {
  const { sensor, http, credential, stateDir, policyPath, log } = parts;
  const pinned = readPinnedCommandKey(stateDir);
  if (pinned === undefined) {
    log.info('No commands are taken: this host was enrolled without a key for them. Enrol it again to change that.');
    return undefined;
  }
  if (!inInitialPidNamespace() && sensor.rung !== 'procfs') {
    log.warn('No commands are taken: the agent runs in a pid namespace of its own, and would not know whom they mean.');
    return undefined;
  }
  const policy = readPolicy(policyPath);
  if (policy.ok) log.info('Signed commands are taken.', { actions: [...policy.value.actions].join(', ') });
  else log.error('No command is carried out until the policy of this host is right.', { why: policy.failure.sentence });
  const time = new KnownTime({ wallMs: () => Date.now(), bootNanoseconds: () => sensor.bootNanoseconds() });
  const ready = lazily(() => createCommander(pinned, parts, time));
  const questions = takeQuestions(parts);
  const stream = new CommandStream({
    ...{ http, credential, log },
    onOpen: (date) => time.heardServer(date),
    onMessage: (message) => void ready.with(log, (made) => made.commander.take(message)),
    onQuestion: (message) => questions.take(message),
  });
  if (existsSync(join(stateDir, 'commands'))) void ready.with(log, () => undefined);
  stream.start();
  return {
    async stop() {
      await stream.stop();
      await questions.stop();
      const made = await ready.made();
      await made?.commander.stop(agentLimits.stopFlushMs);
      await made?.reports.stop(agentLimits.stopReportsMs);
    },
  };
}

interface Made {
  readonly commander: Pick<Commander, 'take' | 'stop'>;
  readonly reports: Reports;
}

async function createCommander(pinned: string, parts: CommandParts, time: KnownTime): Promise<Made> {
  const { sensor, http, credential, stateDir, policyPath, log } = parts;
  const { readCommandKey } = await import('./envelope.js');
  const { Commander } = await import('./commander.js');
  const { Journal } = await import('./journal.js');
  const { openJournalDisk } = await import('./journal-disk.js');
  const { createLinux } = await import('./linux.js');
  const { createTools } = await import('./run-tools.js');
  const { loadPidfd } = await import('./pidfd.js');
  const key = readCommandKey(pinned);
  if (key === undefined) throw new Error('the pinned command key is not one: enrol the host again');
  const pidfd = await loadPidfd();
  if (!pidfd.ok) throw new Error(pidfd.failure.sentence);
  const system = createLinux(sensor, pidfd.value);
  const journal = new Journal(openJournalDisk(stateDir), time.nowMs());
  const onTold: Reports['push'] = (report) => {
    if (report.state === 'ACCEPTED' || report.state === 'REFUSED') return;
    try {
      journal.told(report.command);
    } catch (error) {
      log.warn('That a report was told cannot be written down: it is told again.', { reason: String(error) });
    }
  };
  const reports = new Reports({ http, credential, log, onTold });
  const commander = new Commander({
    ...{ key, system, time, journal, log },
    host: machineId(stateDir),
    tools: createTools(system),
    report: (report) => reports.push(report),
    readPolicy: () => readPolicy(policyPath),
  });
  commander.recover();
  return { commander, reports };
}

/** Made once, and tried again by the next who wants it when that failed. */
function lazily(make: () => Promise<Made>) {
  let making: Promise<Made> | undefined;
  return {
    async with(log: Log, use: (made: Made) => void): Promise<void> {
      making ??= make();
      try {
        use(await making);
      } catch (error) {
        making = undefined;
        log.error('A command cannot be carried out, and is not.', { reason: String(error) });
      }
    },
    made: () => making?.catch(() => undefined),
  };
}
