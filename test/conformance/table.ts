/** The promises as a table for people. */
import { rungs } from '../../src/contract/index.js';
import { promises } from './promises.js';

export function renderTable(): string {
  const rows = Object.entries(promises).map(([name, standing]) => {
    const cells = rungs.map((rung) => (standing[rung] === true ? 'yes' : 'no'));
    return `| ${name.replaceAll('_', ' ')} | ${cells.join(' | ')} |`;
  });
  const head = `| promise | ${rungs.join(' | ')} |`;
  return [head, `| --- |${' --- |'.repeat(rungs.length)}`, ...rows].join('\n');
}
