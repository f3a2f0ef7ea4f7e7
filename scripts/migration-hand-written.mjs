/**
 * Objects that migrations make and the Prisma schema cannot say: covering indexes, generated columns, tables of our own
 * care. Prisma would drop them. A migration names them in a comment beside the statement that makes them:
 *
 *     -- not-in-schema: deaths_by_cause, audit_scratch
 */

/**
 * Takes the statements out of a difference that only drop such objects.
 * @param {string} difference SQL as the schema engine writes it: each statement below a `-- Kind` comment
 * @param {string} migrations text of all migration files
 */
export function withoutHandWritten(difference, migrations) {
  const names = new Set(
    [...migrations.matchAll(/^-- not-in-schema: (.+)$/gm)].flatMap(([, list = '']) => list.split(/, */)),
  );
  const blocks = difference.split(/^(?=-- )/m);
  return blocks
    .filter((block) => !isEmpty(block) && !dropsOnly(block, names))
    .join('')
    .trim();
}

/** @param {string} block */
function isEmpty(block) {
  return block.replaceAll(/^--.*$/gm, '').trim() === '';
}

/** @param {string} block @param {ReadonlySet<string>} names */
function dropsOnly(block, names) {
  const statement = block
    .replaceAll(/^--.*$/gm, '')
    .trim()
    .replace(/;$/, '');
  const clauses = statement.replace(/^ALTER TABLE "[^"]+"\s+/, '').split(/,\s*\n\s*/);
  return clauses.every((clause) => {
    const name = /^DROP (?:INDEX|TABLE|TYPE|COLUMN|CONSTRAINT) "([^"]+)"$/.exec(clause)?.[1];
    return name !== undefined && names.has(name);
  });
}
