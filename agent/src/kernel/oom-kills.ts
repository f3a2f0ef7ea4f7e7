/** The line `oom_kill N` of /proc/vmstat, memory.events and memory.oom_control. */
export function parseOomKills(text: string): number | undefined {
  const digits = /^oom_kill (\d{1,15})$/m.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
