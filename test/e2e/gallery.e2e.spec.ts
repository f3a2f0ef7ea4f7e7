/**
 * The gallery of deaths: every scenario of test/scenarios, produced for real, but for those that another spec plays (and asks more
 * about). `npm run gallery` shows all of them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oomDaemon } from '../scenarios/d-oom-daemon.js';
import { containerStops } from '../scenarios/e-containers.js';
import { services } from '../scenarios/e-services.js';
import { play, type Row } from '../scenarios/play.js';
import { scenarios } from '../scenarios/list.js';
import { createStage, ofTheGallery, type Stage } from '../scenarios/stage.js';
import { closing, heading, rowLines } from '../scenarios/table.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startSystem, type System } from '../support/system.js';

const blank = { expected: '', got: '', ms: null, ok: null } as const;

/** A machine of systemd costs seconds to boot, and theirs serves all of them. */
const playedBy = new Map<object, string>([
  ...services.map((one) => [one, 'test/e2e/services.e2e.spec.ts'] as const),
  ...containerStops.map((one) => [one, 'test/e2e/containers.e2e.spec.ts'] as const),
  [oomDaemon, 'test/e2e/guards.e2e.spec.ts'],
]);

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf', 'cc', 'python3', 'unshare'))('the gallery', () => {
  let system: System;
  let stage: Stage;
  const rows: Row[] = [];
  const left: Row[] = scenarios.flatMap((one) => {
    const file = playedBy.get(one);
    return file === undefined ? [] : [{ ...blank, id: one.id, title: one.title, note: `${file} plays it` }];
  });

  beforeAll(async () => {
    system = await startSystem(ofTheGallery);
    stage = await createStage(system);
  });
  afterAll(async () => {
    const all = [...rows, ...left];
    console.log([heading, ...all.map(rowLines), closing(all)].join('\n'));
    await stage?.close();
    await system?.close();
  });

  const mine = scenarios.filter((one) => 'produce' in one).filter((one) => !playedBy.has(one));
  const named = mine.map((one) => [`${one.id}: ${one.title}`, one] as const);
  test.each(named)('answers_rightly_%s', async (_, scenario) => {
    const row = await play(scenario, stage);
    rows.push(row);
    expect(row.ok, row.note).not.toBe(false);
  });
});
