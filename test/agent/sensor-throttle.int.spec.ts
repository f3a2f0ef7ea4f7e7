/** A cgroup that floods the ring is held back and counted; the others lose none. The sensor without an agent that reads. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeRecord, type CgroupRef, type KernelRecord } from '../../agent/src/kernel/record.js';
import { openEbpf } from '../../agent/src/source/ebpf.js';
import { removeSensor } from '../../agent/src/source/remove-sensor.js';
import type { EbpfSensor } from '../../agent/src/source/sensor.js';
import { cgroupHierarchies, createCgroups, inCgroup } from '../support/cgroups.js';
import { compile } from '../support/programs.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { eventually } from './agent-process.js';

const object = fileURLToPath(new URL('../../agent/probe/whodunit.bpf.o', import.meta.url));
const reserveBytes = 2 * 1024 * 1024;

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc'))('a sensor under pressure', () => {
  const cgroups = createCgroups();
  let stateDir: string;
  let sensor: EbpfSensor;
  let floods: Awaited<ReturnType<typeof compile>>;
  let spawnAndKill: Awaited<ReturnType<typeof compile>>;

  beforeAll(async () => {
    floods = await compile('floods');
    spawnAndKill = await compile('spawn-and-kill');
    stateDir = await mkdtemp(join(tmpdir(), 'whodunit-throttle-'));
    const opened = await openEbpf(object, stateDir);
    if (!opened.ok) throw new Error(opened.failure.sentence);
    sensor = opened.value;
  });
  afterAll(async () => {
    cgroups.remove();
    await removeSensor(stateDir);
    await rm(stateDir, { recursive: true, force: true });
    await floods.remove();
    await spawnAndKill.remove();
  });

  /** Whose history would lack it. */
  const ownerOf = (record: KernelRecord) => (record.kind === 'signal' ? record.target : record.who).cgroup;
  const isOf = (cgroup: CgroupRef | undefined, path: string) =>
    cgroup !== undefined && sensor.cgroups.pathOf(cgroup) === path;

  it.skipIf(!cgroupHierarchies().includes('pids'))(
    'holds_back_the_cgroup_that_floods_and_loses_none_of_another',
    async () => {
      const base = `whodunit-throttle-${process.pid}`;
      const [noisy, quiet] = [cgroups.make('pids', `${base}/noisy`), cgroups.make('pids', `${base}/quiet`)];
      const { ring } = sensor;
      const used = () => ring.producedPosition() - ring.releasedPosition;
      const signals = 400_000;
      const flood = inCgroup(noisy, `exec ${floods.file} continue ${signals} >/dev/null`);
      await eventually('pressure', () => used() > ring.sizeBytes - reserveBytes, 25_000);
      await inCgroup(quiet, `exec ${spawnAndKill.file} 200 >/dev/null`).ended;
      await flood.ended;
      const firstEnded = sensor.bootNanoseconds();
      // Nobody reads, and a second later it goes on.
      await sleep(1_100);
      const again = 1_000;
      await inCgroup(noisy, `exec ${floods.file} continue ${again} >/dev/null`).ended;

      const records: KernelRecord[] = [];
      ring.read((bytes) => {
        const record = decodeRecord(bytes.slice());
        if (record) records.push(record);
      }, Infinity);
      for (const record of records) if (record.kind === 'cgroup') sensor.cgroups.learn(record.cgroup, record.path);

      const ofQuiet = records.filter((record) => isOf(ownerOf(record), `/${base}/quiet`));
      const deaths = ofQuiet.filter((record) => record.kind === 'exit' && record.status === 9);
      const kills = ofQuiet.filter((record) => record.kind === 'signal' && record.signal === 9);
      expect([deaths.length, kills.length]).toEqual([200, 200]);

      const emitted = records.filter((record) => isOf(ownerOf(record), `/${base}/noisy`)).length;
      const read = sensor.counts?.read(sensor.bootNanoseconds());
      const withheld = read?.withheld.find(({ cgroup }) => isOf(cgroup, `/${base}/noisy`));
      // The programs themselves: exec after they were moved, and exit.
      expect(emitted + (withheld?.count ?? 0)).toBe(signals + again + 4);
      expect(withheld?.since).toBeLessThan(firstEnded);
      expect(withheld?.until).toBeGreaterThan(firstEnded + 1_000_000_000n);
      expect(withheld?.count).toBeGreaterThan(signals / 2);
      expect(read?.withheld.some(({ cgroup }) => isOf(cgroup, `/${base}/quiet`))).toBe(false);
      expect(sensor.takeLosses()).toBeUndefined();
      expect(used()).toBeLessThan(ring.sizeBytes);

      read?.forget();
      expect(sensor.counts?.read(sensor.bootNanoseconds()).withheld).toEqual([]);
      const told = sensor.bootNanoseconds();
      await inCgroup(noisy, `exec ${floods.file} continue ${again} >/dev/null`).ended;
      const [next] = sensor.counts?.read(sensor.bootNanoseconds()).withheld ?? [];
      expect(next?.since).toBeGreaterThan(told);
    },
  );
});
