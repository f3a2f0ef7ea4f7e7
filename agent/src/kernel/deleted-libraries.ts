/**
 * /proc/PID/maps: libraries whose code is mapped and whose file is gone from the disk: replaced by an update, as a rule. Files
 * that were never meant to have a name (memfd, shared memory, SysV) are none.
 */
export function parseDeletedLibraries(maps: string): readonly string[] {
  const found = new Set<string>();
  for (const line of maps.split('\n')) {
    const mapped = /^[0-9a-f]+-[0-9a-f]+ ..x. \S+ \S+ \d+ +(\/.*) \(deleted\)$/.exec(line)?.[1];
    if (mapped !== undefined && /\.so(\.|$)/.test(mapped) && !/^\/(memfd:|dev\/|SYSV)/.test(mapped)) found.add(mapped);
  }
  return [...found];
}
