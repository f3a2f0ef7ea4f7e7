/** The result for people: one line for each figure, in Markdown, so that it can be pasted. */

/** @param {readonly import('../figures/figure.mjs').Figure[]} figures @param {readonly string[]} tools ours first */
export function formatTable(figures, tools) {
  const [ours = '', peer = ''] = tools;
  const rows = figures.map(({ name, unit, values, target = '', holds }) => [
    unit === '' ? name : `${name} (${unit.trim()})`,
    ...tools.map((tool) => show(values[tool])),
    ratio(values[ours], values[peer]),
    target,
    holds === undefined ? '' : holds ? 'yes' : '**NO**',
  ]);
  const head = ['figure', ...tools, `${ours} / ${peer}`, 'target', 'holds'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** @param {number | undefined} value */
function show(value) {
  if (value === undefined) return '–';
  if (Number.isInteger(value)) return `${value}`;
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** @param {number | undefined} mine @param {number | undefined} theirs */
function ratio(mine, theirs) {
  return mine === undefined || theirs === undefined || theirs === 0 ? '' : (mine / theirs).toFixed(2);
}
