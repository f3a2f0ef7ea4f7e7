/** Joins sensor, tracker and uplink: from here on records become events and events reach the API. */
import { machine, release } from 'node:os';
import { limits, type AgentStartEvent, type KnownEvent } from './contract.js';
import { bootedAtMs } from './kernel/boot-clock.js';
import { agentLimits } from './limits.js';
import type { Log } from './log.js';
import { readBootId, readCgroup, readExe, readOwnLife, readProcImage, readSshSource } from './source/proc.js';
import type { Sensor } from './source/sensor.js';
import { UserNames } from './source/user-names.js';
import { Tracker } from './track/tracker.js';
import type { HttpClient } from './uplink/http.js';
import type { Entry } from './uplink/mentions.js';
import { Uplink } from './uplink/uplink.js';
import { version } from './version.js';
import { EbpfWatch } from './watch-ebpf.js';
import { watchProcfs } from './watch-procfs.js';

interface Parts {
  readonly sensor: Sensor;
  readonly http: HttpClient;
  readonly credential: string;
  readonly log: Log;
}

export interface Reporting {
  stop(): Promise<void>;
}

export function report({ sensor, http, credential, log }: Parts): Reporting {
  const bootId = readBootId();
  const names = new UserNames();
  const tracker = new Tracker(
    {
      nameOfUser: (uid) => names.nameOf(uid),
      readImage: readProcImage,
      readExe,
      readCgroup,
      pathOfCgroup: (cgroup) => sensor.cgroups.pathOf(cgroup),
      learnCgroup: (cgroup, path) => sensor.cgroups.learn(cgroup, path),
      readSshSource,
    },
    (event, position) => uplink.push(event, position),
  );
  const uplink = new Uplink({
    http,
    credential,
    bootId,
    bootedAt: bootedAtClock(sensor),
    log,
    onDelivered,
    openingEvents: () => openingEvents(sensor, tracker),
    describe: (ref) => tracker.describeRef(ref, sensor.bootNanoseconds()),
    onNewEpoch: () => watch.wantSnapshot(),
  });
  const watch =
    sensor.rung === 'ebpf' ? new EbpfWatch({ sensor, tracker, uplink }) : watchProcfs({ sensor, tracker, uplink });

  let ready = false;
  function onDelivered(entries: readonly Entry[]): void {
    watch.onDelivered(entries);
    if (ready || !entries.some(({ event }) => event.kind === 'snapshot')) return;
    ready = true;
    const { rung, blindSpots, resumed } = sensor;
    log.info('the API has the first process list', { rung });
    if (process.connected) process.send?.({ type: 'ready', rung, blindSpots, resumed });
  }

  uplink.push(agentStart(sensor, sensor.resumed), 0);
  watch.start();
  uplink.start();
  return {
    async stop() {
      watch.stop();
      uplink.push({ kind: 'agent_stop', at: sensor.bootNanoseconds().toString() }, tracker.safePosition);
      const delivered = await uplink.stop(agentLimits.stopFlushMs);
      if (!delivered) log.warn('Stopped with events that the API does not have.');
    },
  };
}

function agentStart(sensor: Sensor, resumed: boolean): AgentStartEvent {
  const agent = readOwnLife(sensor.listTasks());
  return {
    kind: 'agent_start',
    at: sensor.bootNanoseconds().toString(),
    ...(agent && { agent }),
    version,
    rung: sensor.rung,
    blindSpots: sensor.blindSpots.map((sentence) => sentence.slice(0, 500)),
    kernel: release().slice(0, limits.nameCharactersMax),
    arch: machine().slice(0, 32),
    resumed,
  };
}

/** A new epoch in mid-life: nothing was missed, and nothing is taken as known. */
function openingEvents(sensor: Sensor, tracker: Tracker): readonly KnownEvent[] {
  return [agentStart(sensor, true), ...tracker.describeAll(sensor.bootNanoseconds())];
}

function bootedAtClock(sensor: Sensor): () => string {
  let previous: number | undefined;
  return () => {
    previous = bootedAtMs(Date.now(), sensor.bootNanoseconds(), previous);
    return new Date(previous).toISOString();
  };
}
