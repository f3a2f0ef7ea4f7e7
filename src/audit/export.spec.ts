import { expect, it } from 'vitest';
import type { FindingRow } from '../store/audit.rows.js';
import type { HostRow } from '../store/rows.js';
import { askable, checkTexts } from './checks.js';
import { columns, csvHead, csvLine, exportRow } from './export.js';

const host = { id: 1, name: 'web-1' } as HostRow;
const finding = (comm: string): FindingRow => ({
  id: 1n,
  audit_id: '2f1c9f64-0f0f-4c8e-9d55-6b3a4f3c2b1a',
  host_id: 1,
  check: 'OOM_PROTECTED',
  severity: 'WARNING',
  key: 'x',
  subject: { kind: 'process', pid: 7, start: '9', boot: 3, comm, commandLine: comm, uid: 0 },
  facts: { oomScoreAdj: -1000 },
});

it('has_a_cell_for_every_column_and_the_remedy_as_a_job_takes_it', () => {
  expect(csvHead.trim().split(',')).toHaveLength(columns.length);
  expect(exportRow(finding('x'), host)).toMatchObject({
    processId: '3.7.9',
    remedy: { action: 'SET_OOM_SCORE_ADJ', host: 'web-1', process: '3.7.9', oomScoreAdj: 0 },
  });
});

it('lets_no_cell_begin_like_a_formula_or_break_out_of_its_quotes', () => {
  for (const evil of ['=cmd()', '+1', '-1', '@x', '\tx', '\r=x', '\n=x', '","=x', '"\r\n=x']) {
    const line = csvLine(exportRow(finding(evil), host)).slice(0, -2);
    const cells = [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((match) => match[1]!);
    expect(cells).toHaveLength(columns.length);
    for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
  }
});

it('says_everything_in_both_languages', () => {
  for (const name of askable)
    for (const { en, zh } of Object.values(checkTexts[name])) {
      expect(en).not.toBe('');
      expect(zh, name).toMatch(/\p{Script=Han}/u);
    }
});
