/**
 * Hosts that send what hosts send: a few services and their helpers, started again and again with the same command lines, some
 * with a number, a path or an address that is new each time. The same seed gives the same events.
 */
import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** Command lines of a fleet: each program with some sets of arguments. */
const commandsMax = 2_000;
/** Of lives whose arguments nobody else has: a temporary file, an identifier, a time. */
const uniqueShare = 0.1;
const signalledShare = 0.03;
const containerShare = 0.2;
const unitsPerHost = 30;
const containersPerHost = 8;
const runtime = 'containerd';
const seconds = 1_000_000_000n;

const programs = [
  ...[
    'sh',
    'bash',
    'grep',
    'sed',
    'awk',
    'cat',
    'date',
    'sleep',
    'find',
    'sort',
    'head',
    'tr',
    'cut',
    'curl',
    'df',
    'ps',
  ],
  ...[
    'python3',
    'node',
    'perl',
    'systemctl',
    'runc',
    'iptables',
    'ip',
    'ss',
    'id',
    'stat',
    'logger',
    'flock',
    'run-parts',
  ],
];

/** @param {number} seed @returns {() => number} 0 ≤ x < 1; mulberry32 */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @typedef {{ exe: string, comm: string, args: string[] }} Command
 * @returns {readonly Command[]}
 */
function fleetCommands() {
  const random = randomFrom(1);
  return Array.from({ length: commandsMax }, (_, n) => {
    const comm = `${programs[n % programs.length]}`;
    const words = Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
      random() < 0.4
        ? `--option-${Math.floor(random() * 60)}`
        : `/srv/app-${n % 40}/part-${Math.floor(random() * 200)}`,
    );
    return { exe: `/usr/bin/${comm}`, comm, args: [comm, ...words] };
  });
}

const commands = fleetCommands();

/** @param {number} index */
export function simulatedHost(index) {
  const random = randomFrom(index + 7);
  const name = `bench-${index}`;
  const machineId = createHash('md5').update(name).digest('hex');
  const [epoch, run, bootId] = [randomUUID(), randomUUID(), randomUUID()];
  const places = placesOf(machineId);
  const uptime = 3_600n * seconds;
  const bootedAt = new Date(Date.now() - Number(uptime / 1_000_000n)).toISOString();
  let now = uptime;
  let pid = 1_000 + Math.floor(random() * 30_000);
  let sequence = 1;

  /** @param {readonly object[]} events */
  function batchOf(events) {
    const batch = { version: 1, epoch, run, sequence, bootId, bootedAt, events };
    sequence += events.length;
    return gzipSync(JSON.stringify(batch));
  }

  /** A service's main process for each place: what starts everything else. */
  const mains = places.map((place, n) => ({ pid: 400 + n, start: `${10n * seconds + BigInt(n)}`, place }));

  return {
    name,
    machineId,
    /** The first batch describes the services. */
    opening: () =>
      batchOf(
        mains.map(({ pid: main, start, place }) => ({
          ...{
            kind: 'process',
            at: start,
            pid: main,
            start,
            origin: 'snapshot',
            comm: 'service',
            exe: '/usr/sbin/service',
          },
          ...{
            parent: { pid: 1, start: '0' },
            args: ['/usr/sbin/service', '--of', `${place.unit}`],
            user: { uid: 0, name: 'root' },
            ...place,
          },
        })),
      ),
    /** One life that its service kills: what an agent sends of a single kill. */
    kill() {
      now += seconds;
      pid += 1;
      const { comm, exe, args } = /** @type {Command} */ (commands[pid % commands.length]);
      const main = /** @type {(typeof mains)[number]} */ (mains[pid % mains.length]);
      const [ref, sender] = [
        { pid, start: `${now}` },
        { pid: main.pid, start: main.start },
      ];
      const at = `${now + 50_000_000n}`;
      const user = { uid: 0, name: 'root' };
      const life = { origin: 'exec', parent: sender, execAt: `${now}`, comm, exe, args, user, ...main.place };
      const death = { coreDumped: false, cpuTime: '1000000', peakRss: 4_096_000 };
      const body = batchOf([
        { kind: 'process', at: ref.start, ...ref, ...life },
        { kind: 'signal', at, signal: 9, code: 0, target: ref, sender, disposition: 'default', result: 'delivered' },
        { kind: 'exit', at, ...ref, signal: 9, ...death },
      ]);
      return { pid, body };
    },
    /** @param {number} lives */
    batch(lives) {
      /** @type {object[]} */
      const events = [];
      for (let n = 0; n < lives; n += 1) {
        now += BigInt(Math.floor(random() * 4_000_000)) + 1n;
        pid = pid >= 4_000_000 ? 1_000 : pid + 1 + Math.floor(random() * 3);
        const ref = { pid, start: `${now}` };
        const end = `${now + BigInt(Math.floor(random() * 50_000_000)) + 400_000n}`;
        const main = /** @type {(typeof mains)[number]} */ (mains[Math.floor(random() ** 2 * mains.length)]);
        const { comm, exe, args } = /** @type {Command} */ (commands[Math.floor(random() ** 2 * commands.length)]);
        const fresh =
          random() < uniqueShare
            ? [`/tmp/run.${createHash('md5').update(`${pid}${now}`).digest('hex').slice(0, 12)}`]
            : [];
        const user = random() < 0.7 ? { uid: 0, name: 'root' } : { uid: 1_000 + (pid % 5), name: `app-${pid % 5}` };
        const parent = { pid: main.pid, start: main.start };
        const image = { comm, exe, args: [...args, ...fresh], user, ...main.place };
        events.push({
          kind: 'process',
          at: ref.start,
          ...ref,
          origin: 'exec',
          parent,
          execAt: `${now + 200_000n}`,
          ...image,
        });
        const killed = random() < signalledShare;
        if (killed)
          events.push({
            ...{ kind: 'signal', at: end, signal: 15, code: 0, target: ref, sender: parent },
            ...{ disposition: 'default', result: 'delivered' },
          });
        const use = {
          cpuTime: `${Math.floor(random() * 30_000_000)}`,
          peakRss: 4_096 * Math.floor(500 + random() * 4_000),
        };
        const how = killed ? { signal: 15 } : { code: random() < 0.93 ? 0 : 1 };
        events.push({ kind: 'exit', at: end, ...ref, ...how, coreDumped: false, ...use });
      }
      return batchOf(events);
    },
  };
}

/** Where things run on a host: units of systemd, some of them with a container. @param {string} machineId */
function placesOf(machineId) {
  return Array.from({ length: unitsPerHost }, (_, n) => {
    if (n >= unitsPerHost * (1 - containerShare)) {
      const id = createHash('sha256')
        .update(`${machineId}${n % containersPerHost}`)
        .digest('hex');
      const cgroup = `/system.slice/${runtime}.service/kubepods-burstable/${id}`;
      return { cgroup, unit: `${runtime}.service`, container: { id, runtime } };
    }
    return { cgroup: `/system.slice/service-${n}.service`, unit: `service-${n}.service` };
  });
}
