/** What `systemctl show` prints: `Name=value` lines, an empty line between units; and systemd's way to write time spans. */
export function parseShow(output: string): readonly ReadonlyMap<string, string>[] {
  return output
    .split(/\n\n+/)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const lines = block.split('\n').filter((line) => line.includes('='));
      return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    });
}

const milliseconds: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  month: 2_629_800_000,
  y: 31_557_600_000,
};

/** `1min 30s`; undefined: `infinity`, or nothing that is known. systemd.time(7). */
export function parseTimeSpanMs(text: string): number | undefined {
  if (text === '0') return 0;
  const parts = text.split(' ').map((part) => /^([0-9.]+)(us|ms|s|min|h|d|w|month|y)$/.exec(part));
  if (parts.some((part) => part === null)) return undefined;
  return parts.reduce((sum, part) => sum + Number(part?.[1]) * (milliseconds[part?.[2] ?? ''] ?? 0), 0);
}

/** Sections are not told apart: names are unique in coredump.conf and journald.conf. Later ones win. */
export function parseConfig(texts: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const found = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (found) values.set(found[1] ?? '', found[2] ?? '');
  }
  return values;
}
