/** The gallery of deaths: every scenario of test/scenarios, produced for real. `npm run gallery` shows the same. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { play, type Row } from '../scenarios/play.js';
import { scenarios } from '../scenarios/list.js';
import { createStage, type Stage } from '../scenarios/stage.js';
import { closing, heading, rowLines } from '../scenarios/table.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc', 'python3', 'unshare'))('the gallery', () => {
  let system: System;
  let stage: Stage;
  const rows: Row[] = [];

  beforeAll(async () => {
    system = await startSystem();
    stage = await createStage(system);
  });
  afterAll(async () => {
    console.log([heading, ...rows.map(rowLines), closing(rows)].join('\n'));
    await stage?.close();
    await system?.close();
  });

  const named = scenarios.filter((one) => 'produce' in one).map((one) => [`${one.id}: ${one.title}`, one] as const);
  test.each(named)('answers_rightly_%s', async (_, scenario) => {
    const row = await play(scenario, stage);
    rows.push(row);
    expect(row.ok, row.note).not.toBe(false);
  });
});
