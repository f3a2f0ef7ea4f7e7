/** Runs one list of promises on each rung, with the real agent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rungs, type Rung } from '../../src/contract/index.js';
import { createWorld, eventually, type Agent, type World } from '../agent/agent-process.js';
import { requirePrerequisite, type Prerequisite } from '../support/prerequisite.js';
import type { Death } from '../agent/agent-api.js';
import type { Standing } from './promises.js';

export interface Host {
  readonly world: World;
  readonly rung: Rung;
  death(pid: number): Promise<Death>;
}

export type Test = (host: Host) => Promise<void> | void;

const needs: Readonly<Record<Rung, readonly Prerequisite[]>> = {
  ebpf: ['root', 'btf', 'libbpf', 'cc'],
  tracefs: ['root', 'tracefs', 'cc'],
  procfs: ['cc'],
};

/** Those that share one agent, which looks on all the while. */
export function onEachRung<Name extends string>(
  promises: Readonly<Record<Name, Standing>>,
  tests: Readonly<Record<Name, Test>>,
): void {
  describe.each(rungs)('the %s rung', (rung) => {
    describe.runIf(requirePrerequisite(...needs[rung]))('with an agent', () => {
      let world: World;
      let agent: Agent;
      beforeAll(async () => {
        world = await createWorld();
        agent = await world.start('--sensor', rung);
      });
      afterAll(() => world?.close());
      declare(
        rung,
        promises,
        tests,
        () => world,
        () => agent.ready.blindSpots,
      );
    });
  });
}

/** Those that start and end agents themselves, each in a world of its own. */
export function onEachRungAlone<Name extends string>(
  promises: Readonly<Record<Name, Standing>>,
  tests: Readonly<Record<Name, Test>>,
): void {
  describe.each(rungs)('the %s rung', (rung) => {
    describe.runIf(requirePrerequisite(...needs[rung]))('with agents that come and go', () => {
      for (const [name, test] of Object.entries(tests) as [Name, Test][]) {
        const standing = promises[name][rung];
        it(standing === true ? name : `says that it does not promise: ${name}`, async () => {
          const world = await createWorld();
          try {
            if (standing === true) await test(hostOf(world, rung));
            else expect((await world.start('--sensor', rung)).ready.blindSpots.join(' ')).toMatch(standing);
          } finally {
            await world.close();
          }
        });
      }
    });
  });
}

function declare<Name extends string>(
  rung: Rung,
  promises: Readonly<Record<Name, Standing>>,
  tests: Readonly<Record<Name, Test>>,
  world: () => World,
  blindSpots: () => readonly string[],
): void {
  for (const [name, test] of Object.entries(tests) as [Name, Test][]) {
    const standing = promises[name][rung];
    if (standing === true) it(name, () => test(hostOf(world(), rung)));
    else it(`says that it does not promise: ${name}`, () => expect(blindSpots().join(' ')).toMatch(standing));
  }
}

function hostOf(world: World, rung: Rung): Host {
  const death = (pid: number) => eventually(`death of ${pid}`, () => world.api.deathOf(pid));
  return { world, rung, death };
}
