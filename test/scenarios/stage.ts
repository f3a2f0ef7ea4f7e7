/** Where scenarios are produced: the running product, and what each of them may leave behind until it is over. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCgroups } from '../support/cgroups.js';
import { compile, type Program } from '../support/programs.js';
import type { System } from '../support/system.js';
import type { Scene } from './scenario.js';

/** Nobody wants to wait for minutes until a host counts as silent. */
export const ofTheGallery = { server: { WHODUNIT_HOST_SILENT_SECONDS: '5' } } as const;

export interface Stage {
  /** For one scenario. */
  open(): Promise<Scene & { close(): Promise<void> }>;
  close(): Promise<void>;
}

export async function createStage(system: System): Promise<Stage> {
  const home = await mkdtemp(join(tmpdir(), 'whodunit-gallery-'));
  const programs = new Map<string, Promise<Program>>();
  let scenes = 0;
  const program = async (name: string) => {
    if (!programs.has(name)) programs.set(name, compile(name));
    return (await programs.get(name)!).file;
  };
  return {
    async open() {
      const directory = join(home, String(++scenes));
      await mkdir(directory);
      const cgroups = createCgroups();
      const undo: (() => unknown)[] = [() => cgroups.remove()];
      return {
        system,
        cgroups,
        directory,
        program,
        defer: (action) => undo.push(action),
        async close() {
          for (let action = undo.pop(); action !== undefined; action = undo.pop()) await action();
        },
      };
    },
    async close() {
      for (const one of programs.values()) await (await one).remove();
      await rm(home, { recursive: true, force: true });
    },
  };
}
