/** /proc/meminfo, proc_meminfo(5): bytes by name. */
export function parseMeminfo(text: string): ReadonlyMap<string, number> {
  const lines = text.matchAll(/^(\w+): +(\d{1,12}) kB$/gm);
  return new Map([...lines].map(([, name = '', kilobytes]) => [name, Number(kilobytes) * 1024]));
}
