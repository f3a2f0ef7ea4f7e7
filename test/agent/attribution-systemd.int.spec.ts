/** A service of a real systemd, killed from outside: the victim is known by its unit, and so is what systemd starts next. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAgent, createWorld, eventually, type World } from './agent-process.js';
import { bootMachine, type Machine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';

const unit = 'redis-server.service';

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'machine'))('services of a real systemd', () => {
  let world: World;
  let machine: Machine;

  beforeAll(async () => {
    buildAgent();
    world = await createWorld();
    await world.start('--sensor', 'ebpf');
    machine = bootMachine();
  });
  afterAll(async () => {
    await machine?.close();
    await world?.close();
  });

  const running = (not?: number) => eventually('redis runs', () => machine.pidOf(unit, 'redis-server', not), 60_000);
  const kill = (pid: number) => spawnSync('/bin/kill', ['-9', String(pid)]);

  it(
    'names_the_unit_of_a_redis_that_was_killed_and_of_the_one_that_systemd_started_for_it',
    { timeout: 150_000 },
    async () => {
      const first = await running();
      kill(first);
      const died = await eventually('its death', () => world.api.deathOf(first));
      expect(died.exit.signal).toBe(9);
      expect(died.process).toMatchObject({ comm: 'redis-server', unit });
      expect(died.process?.cgroup).toMatch(/\/payload\/system\.slice\/redis-server\.service$/);
      expect(died.sender?.args).toEqual(['/bin/kill', '-9', String(first)]);
      const second = await running(first);
      kill(second);
      expect((await eventually('the second death', () => world.api.deathOf(second))).process).toMatchObject({ unit });
    },
  );

  it('places_the_machines_own_service_manager_and_bus', async () => {
    const described = () => world.api.events.filter((event) => event.kind === 'process');
    const bus = await eventually('the bus', () =>
      described().find(({ comm, unit: of }) => comm === 'dbus-daemon' && of),
    );
    expect(bus.unit).toBe('dbus.service');
    const manager = await eventually('systemd', () => described().findLast(({ comm }) => comm === 'systemd'));
    expect(manager.cgroup).toMatch(/\/payload(\/init\.scope)?$/);
  });
});
