/** /proc/PID/stat, proc_pid_stat(5). The name in brackets may itself hold brackets and blanks. */
export interface ProcStat {
  readonly comm: string;
  readonly state: string;
  readonly parentPid: number;
  /** Device number of the controlling terminal; 0 when there is none. */
  readonly ttyDevice: number;
  readonly flags: number;
  /** A main thread that has ended is Z while others of its process go on. */
  readonly threads: number;
  readonly startTicks: bigint;
}

export function parseProcStat(text: string): ProcStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text
    .slice(close + 2)
    .trim()
    .split(' ');
  const [state, parent, , , tty, , flags] = fields;
  const start = fields[19];
  if (state === undefined || !isDigits(parent) || !isDigits(flags) || !isDigits(start)) return undefined;
  return {
    comm: text.slice(open + 1, close),
    state,
    parentPid: Number(parent),
    ttyDevice: Number(tty) || 0,
    flags: Number(flags),
    threads: Number(fields[17]) || 0,
    startTicks: BigInt(start),
  };
}

/** Name of a terminal from its device number, Documentation/admin-guide/devices.txt; major in bits 8-19. */
export function ttyName(device: number): string | undefined {
  if (device === 0) return undefined;
  const major = (device >>> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  if (major === 229) return `hvc${minor}`;
  return `${major}:${minor}`;
}

function isDigits(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}
