/** Where victim and killer ran and who had logged in, at that instant: real cgroups, real logins, the real probe. */
import { spawn, spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildAgent, createWorld, eventually, whyNoSensor, type World } from './agent-process.js';
import { cgroupHierarchies, createCgroups, inCgroup, type Cgroups } from '../support/cgroups.js';

const reason = whyNoSensor();
const id = '8c1a3f5e7b9d0246813579acebdf02468ace13579bdf02468ace13579bdf0246';
const hierarchies = cgroupHierarchies();

describe.skipIf(reason !== undefined)(`where and who${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let world: World;
  let cgroups: Cgroups;

  beforeAll(async () => {
    buildAgent();
    world = await createWorld();
    cgroups = createCgroups();
    await world.start('--sensor', 'ebpf');
  });
  afterEach(() => cgroups?.remove());
  afterAll(() => world?.close());

  const death = (pid: number) => eventually(`death of ${pid}`, () => world.api.deathOf(pid));

  describe.each(hierarchies)('in the cgroup hierarchy %s', (hierarchy) => {
    const service = `system.slice/whodunit-${hierarchy}.service`;
    const scope = `system.slice/docker-${id}.scope`;

    it('names_the_service_of_the_victim_and_the_container_of_the_killer', async () => {
      const victim = inCgroup(cgroups.make(hierarchy, service), 'exec sleep 60');
      // Shot before it has moved, it would rightly be told to have died outside.
      await victim.running;
      const killer = inCgroup(cgroups.make(hierarchy, scope), `exec /bin/kill -9 ${victim.pid}`);
      const found = await death(await victim.ended);
      await killer.ended;
      expect(found.process).toMatchObject({ cgroup: `/${service}`, unit: `whodunit-${hierarchy}.service` });
      expect(found.process).not.toHaveProperty('container');
      expect(found.sender).toMatchObject({ pid: killer.pid, container: { id, runtime: 'docker' } });
      expect(found.sender).not.toHaveProperty('unit');
    });

    it('places_a_process_that_was_moved_after_its_exec_and_whose_cgroup_is_gone_at_once', async () => {
      const directory = cgroups.make(hierarchy, service);
      const victim = spawn('/bin/sleep', ['61']);
      const pid = victim.pid ?? 0;
      cgroups.move(directory, pid);
      victim.kill('SIGKILL');
      await new Promise((resolve) => victim.once('exit', resolve));
      cgroups.remove();
      expect((await death(pid)).process).toMatchObject({ unit: `whodunit-${hierarchy}.service` });
    });

    it('knows_the_cgroup_of_a_process_that_is_older_than_the_agent', async () => {
      const victim = inCgroup(cgroups.make(hierarchy, service), 'exec sleep 62');
      await victim.running;
      const other = await createWorld();
      try {
        await other.start('--sensor', 'ebpf');
        spawnSync('/bin/kill', ['-9', String(victim.pid)]);
        const pid = await victim.ended;
        const found = await eventually('its death', () => other.api.deathOf(pid));
        expect(found.process).toMatchObject({ unit: `whodunit-${hierarchy}.service`, origin: 'snapshot' });
      } finally {
        await other.close();
      }
    });
  });

  it('names_the_login_and_the_ssh_source_of_victim_and_killer', async () => {
    const login = "echo 4242 > /proc/self/loginuid && export SSH_CONNECTION='192.0.2.7 50222 192.0.2.1 22'";
    const victimOfLogin = `sh -c 'sleep 63 & echo $!; wait; true'`;
    const shell = spawn('/bin/sh', ['-c', `${login}; ${victimOfLogin}; true`], { stdio: ['ignore', 'pipe', 'ignore'] });
    const pid = await new Promise<number>((resolve) => shell.stdout.once('data', (text) => resolve(Number(text))));
    // env -i: what sudo leaves of an environment.
    const kill = `env -i /bin/kill -9 ${pid}; true`;
    spawnSync('/bin/sh', ['-c', `${login}; sh -c 'true'; ${kill}`]);
    const { process: victim, sender } = await death(pid);
    const expected = { user: { uid: 4242 }, session: expect.any(Number), sourceAddress: '192.0.2.7' };
    expect(victim?.login).toEqual(expected);
    expect(sender).toMatchObject({ args: ['/bin/kill', '-9', String(pid)], login: expected });
    expect(sender?.login?.session).not.toBe(victim?.login?.session);
  });
});
