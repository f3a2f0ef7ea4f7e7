/** Vitest global setup: one Postgres for the run. */
import type { TestProject } from 'vitest/node';
import { startDatabaseServer } from './database-server.js';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { adminUrl, template, close } = await startDatabaseServer();
  project.provide('databaseServer', { adminUrl, template });
  return close;
}
