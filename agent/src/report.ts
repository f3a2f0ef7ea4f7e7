/** Joins sensor, tracker, spool and uplink: from here on records become events and events reach the API. */
import { randomUUID } from 'node:crypto';
import { machine, release } from 'node:os';
import { join } from 'node:path';
import type { RunConfig } from './config.js';
import { limits, type AgentStartEvent, type Label, type LossEvent } from './contract.js';
import { bootedAtMs } from './kernel/boot-clock.js';
import { agentLimits } from './limits.js';
import type { Log } from './log.js';
import { CoreDumps } from './source/core-dumps.js';
import { MemoryStates } from './source/memory-state.js';
import { readPageBytes } from './source/page-bytes.js';
import { readBootId, readCgroup, readExe, readOwnLife, readProcImage, readSshSource } from './source/proc.js';
import type { KernelLog } from './source/kernel-log.js';
import type { Result } from './result.js';
import type { Sensor } from './source/sensor.js';
import { UserNames } from './source/user-names.js';
import { openDisk } from './spool/disk.js';
import type { RunHeader } from './spool/segment.js';
import { Spool } from './spool/spool.js';
import { openEpisodes } from './state/open-episodes.js';
import { Episodes, type States } from './track/episodes.js';
import { createRedactor } from './track/redact.js';
import { Tracker, type Host } from './track/tracker.js';
import type { HttpClient } from './uplink/http.js';
import { Uplink } from './uplink/uplink.js';
import { version } from './version.js';
import { EbpfWatch } from './watch-ebpf.js';
import { watchKernelLog } from './watch-kernel-log.js';
import { watchProcfs } from './watch-procfs.js';
import { TracefsWatch } from './watch-tracefs.js';
import type { Watch } from './watch.js';

interface Parts {
  readonly sensor: Sensor;
  readonly kernelLog: Result<KernelLog>;
  readonly http: HttpClient;
  readonly credential: string;
  readonly config: RunConfig;
  readonly log: Log;
  readonly states: States;
}

export interface Reporting {
  /** False: neither the API nor the spool has everything, so the kernel must keep what was not released. */
  stop(): Promise<boolean>;
}

export function report({ sensor, kernelLog, http, credential, config, log, states }: Parts): Reporting {
  const blindSpots = [...sensor.blindSpots, ...(kernelLog.ok ? [] : [kernelLog.failure.sentence])];
  const names = new UserNames();
  const nameOfUser = (uid: number) => names.nameOf(uid);
  const bootedAt = bootedAtClock(sensor);
  const start = agentStart(sensor, blindSpots, sensor.resumed, config.labels);
  const spool = new Spool({
    disk: openDisk(join(config.stateDir, 'spool')),
    header: runHeader(sensor, bootedAt(), start),
    bytesMax: config.spoolBytesMax,
    log,
    onNewEpoch: () => watch.wantSnapshot(),
  });
  const coreDumps = new CoreDumps(
    (event) => spool.push(event),
    () => sensor.bootNanoseconds(),
  );
  const tracker = new Tracker(
    {
      ...hostOf(sensor),
      nameOfUser,
      redact: createRedactor(config.redactNames),
      onCore: (...death) => coreDumps.take(...death),
    },
    (event) => spool.push(event),
    new Episodes({ states, ...openEpisodes(config.stateDir, readBootId(), sensor.rung, log) }),
  );
  const watch = createWatch({ sensor, tracker, spool, coreDumps, keepSensor: config.keepSensor });
  const logWatch = watchKernelLog(kernelLog, { sensor, tracker, spool, watch, nameOfUser });
  const openingEvents = () => [
    agentStart(sensor, blindSpots, true, config.labels),
    ...tracker.describeAll(sensor.bootNanoseconds()),
  ];
  const uplink = new Uplink({ http, credential, spool, bootedAt, log, openingEvents, onDelivered });

  let ready = false;
  function onDelivered(): void {
    if (ready || !spool.hasDeliveredSnapshot) return;
    ready = true;
    const { rung, resumed } = sensor;
    log.info('the API has the first process list', { rung });
    if (process.connected) process.send?.({ type: 'ready', rung, blindSpots, resumed });
  }

  const markLedger = () => spool.mark(sensor.bootNanoseconds().toString());
  const marking = setInterval(markLedger, agentLimits.ledgerMs);

  spool.push(start);
  for (const name of spool.foreign) spool.push(foreignLoss(sensor, name, log));
  watch.start();
  logWatch?.start();
  uplink.start();
  return {
    async stop() {
      clearInterval(marking);
      watch.stop();
      logWatch?.stop();
      spool.push({ kind: 'agent_stop', at: sensor.bootNanoseconds().toString() });
      markLedger();
      spool.flush();
      const delivered = await uplink.stop(agentLimits.stopFlushMs);
      await spool.close();
      const isSafe = delivered || spool.isDurable;
      if (!delivered) log.warn(whereTheyAre(spool, sensor));
      return isSafe;
    },
  };
}

interface WatchParts {
  readonly sensor: Sensor;
  readonly tracker: Tracker;
  readonly spool: Spool;
  readonly coreDumps: CoreDumps;
  readonly keepSensor: boolean;
}

function createWatch({ sensor, tracker, spool, ...ofEbpf }: WatchParts): Watch {
  switch (sensor.rung) {
    case 'ebpf':
      return new EbpfWatch({ sensor, tracker, spool, ...ofEbpf });
    case 'tracefs':
      return new TracefsWatch({ sensor, tracker, spool });
    case 'procfs':
      return watchProcfs({ sensor, tracker, spool });
  }
}

function hostOf(sensor: Sensor): Omit<Host, 'nameOfUser' | 'onCore' | 'redact'> {
  const memory = new MemoryStates(() => sensor.bootNanoseconds());
  return {
    readImage: readProcImage,
    readExe,
    readCgroup,
    pathOfCgroup: (cgroup) => sensor.cgroups.pathOf(cgroup),
    learnCgroup: (cgroup, path) => sensor.cgroups.learn(cgroup, path),
    readSshSource,
    pageBytes: readPageBytes(),
    lookAtMemory: (at, cgroup) => memory.look(at, cgroup),
  };
}

function whereTheyAre(spool: Spool, { rung }: Sensor): string {
  const stopped = 'Stopped with events that the API does not have';
  if (spool.isDurable) return `${stopped}: they are in the spool, and the next start sends them.`;
  // The other rungs cannot read again what they have read.
  return rung === 'ebpf'
    ? `${stopped}, nor the spool: the sensor stays in the kernel, and the next start reads them from there.`
    : `${stopped}, nor the spool: they are lost.`;
}

function runHeader(sensor: Sensor, bootedAt: string, start: AgentStartEvent): RunHeader {
  const ring = sensor.rung === 'ebpf' ? sensor.ringId : undefined;
  return { epoch: randomUUID(), bootId: readBootId(), bootedAt, ...(ring !== undefined && { ring }), start };
}

/** Nobody knows how many events, or of what time. */
function foreignLoss(sensor: Sensor, name: string, log: Log): LossEvent {
  log.error('A file of the spool is not one of this version, or damaged: it is set aside as `foreign`.', { name });
  const at = sensor.bootNanoseconds().toString();
  return { kind: 'loss', at, cause: 'spool-damaged', since: at, until: at };
}

function agentStart(
  sensor: Sensor,
  blindSpots: readonly string[],
  resumed: boolean,
  labels: readonly Label[],
): AgentStartEvent {
  const agent = readOwnLife(sensor.listTasks());
  return {
    kind: 'agent_start',
    at: sensor.bootNanoseconds().toString(),
    ...(agent && { agent }),
    version,
    rung: sensor.rung,
    blindSpots: blindSpots.map((sentence) => sentence.slice(0, 500)),
    kernel: release().slice(0, limits.nameCharactersMax),
    arch: machine().slice(0, 32),
    resumed,
    labels: [...labels],
  };
}

function bootedAtClock(sensor: Sensor): () => string {
  let previous: number | undefined;
  return () => {
    previous = bootedAtMs(Date.now(), sensor.bootNanoseconds(), previous);
    return new Date(previous).toISOString();
  };
}
