/** Whether there is something to open in a debugger, where, and if not, why not (core(5), systemd-coredump(8)). */
import { bytes } from './bytes.js';
import { plainOrQuoted } from './escape.js';
import type { CoreDumpFacts, DeathFacts } from './facts.js';

export function coreClause(facts: DeathFacts): string {
  const { coreDump } = facts;
  const reason = coreDump?.obstacle == null ? null : obstacleText(coreDump.obstacle, coreDump);
  if (coreDumped(facts)) {
    const dumped = `a core was dumped${coreDump === null ? '' : whereTo(coreDump)}`;
    return reason === null ? dumped : `${dumped}, but ${reason}`;
  }
  if (reason !== null) return `no core was dumped: ${reason}`;
  return facts.reconstructed ? 'whether a core was dumped is not known' : 'no core was dumped';
}

export function coreSentence(facts: DeathFacts): string {
  const clause = coreClause(facts);
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

export function coreDumped(facts: DeathFacts): boolean {
  return facts.coreDumped || facts.coreDump?.path != null;
}

/** ` to /var/lib/systemd/coredump/core.worker.zst (12 MiB, truncated)`, or ` to the handler "|/usr/bin/handler"` */
function whereTo({ path, pattern, size, truncated }: CoreDumpFacts): string {
  const details = [...(size === null ? [] : [bytes(size)]), ...(truncated ? ['truncated'] : [])];
  const amount = details.length === 0 ? '' : ` (${details.join(', ')})`;
  if (path !== null) return ` to ${plainOrQuoted(path, pathCharactersMax)}${amount}`;
  return `${pattern?.startsWith('|') ? ` to the handler ${plainOrQuoted(pattern.slice(1), pathCharactersMax)}` : ''}${amount}`;
}

const pathCharactersMax = 255;

function obstacleText(obstacle: NonNullable<CoreDumpFacts['obstacle']>, { limit, pattern }: CoreDumpFacts): string {
  const value = limit === null ? 'too small' : bytes(limit);
  switch (obstacle) {
    case 'resource-limit':
      return `its core file size limit (RLIMIT_CORE) was ${value}`;
    case 'pattern':
      return `kernel.core_pattern${pattern === null ? '' : ` (${plainOrQuoted(pattern, pathCharactersMax)})`} leads to no file`;
    case 'not-dumpable':
      return 'the process was not dumpable (fs.suid_dumpable, PR_SET_DUMPABLE)';
    case 'handler':
      return 'the handler of core dumps kept none';
    case 'size-limit':
      return `the handler of core dumps keeps none that is larger than ${limit === null ? 'its limit' : value}`;
  }
}
