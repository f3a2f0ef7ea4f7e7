/** /proc/PID/limits, proc_pid_limits(5): a name, then soft and hard limit; undefined: unlimited. */
export interface ProcessLimits {
  readonly core: number | undefined;
  readonly files: number | undefined;
  readonly processes: number | undefined;
}

export function parseProcLimits(text: string): ProcessLimits | undefined {
  const soft = (name: string) => new RegExp(`^${name} +(unlimited|\\d+) `, 'm').exec(text)?.[1];
  const [core, files, processes] = [soft('Max core file size'), soft('Max open files'), soft('Max processes')];
  if (core === undefined || files === undefined || processes === undefined) return undefined;
  return { core: toNumber(core), files: toNumber(files), processes: toNumber(processes) };
}

export interface FileSizeLimit {
  readonly soft: bigint | undefined;
  readonly hard: bigint | undefined;
}

export function parseFileSizeLimit(text: string): FileSizeLimit | undefined {
  const [, soft, hard] = /^Max file size +(unlimited|\d{1,20}) +(unlimited|\d{1,20}) /m.exec(text) ?? [];
  const amount = (digits: string) => (digits === 'unlimited' ? undefined : BigInt(digits));
  return soft === undefined || hard === undefined ? undefined : { soft: amount(soft), hard: amount(hard) };
}

function toNumber(text: string): number | undefined {
  return text === 'unlimited' ? undefined : Number(text);
}
