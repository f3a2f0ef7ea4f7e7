import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

/** graphql has two entries, and Vite would choose another one than Node does for our dependencies: two realms. */
const resolve = { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] };

/** They watch this kernel with no agent: API and worker alone, or the agent of a machine that they boot. */
const serverNames = ['deliveries-killed', 'drain', 'overload', 'restart-machine', 'reverdict', 'torture'];
const withoutSensor = serverNames.map((name) => `test/e2e/${name}.e2e.spec.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['{src,agent/src,explain,scripts,test/guards}/**/*.spec.ts'],
          // Against a test that hangs; generated inputs by the thousand take their time on a busy machine.
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.int.spec.ts'],
          globalSetup: ['test/support/database.setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: 'agent',
          include: ['test/agent/**/*.int.spec.ts'],
          globalSetup: ['test/support/database.setup.ts'],
          // They share a kernel, and each sees what all processes of the machine do.
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.spec.ts'],
          exclude: withoutSensor,
          globalSetup: ['test/support/database.setup.ts'],
          // They kill real processes and measure time: one at a time.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        test: {
          name: 'e2e-server',
          include: withoutSensor,
          globalSetup: ['test/support/database.setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
