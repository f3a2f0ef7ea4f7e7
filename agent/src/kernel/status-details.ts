/** /proc/PID/status, what audits ask of it. A zombie has no memory, and on some kernels no signal sets. */
export interface StatusDetails {
  readonly uid: number;
  readonly euid: number;
  /** In the innermost pid namespace that it is in. */
  readonly innermostPid: number;
  readonly threads: number;
  readonly residentBytes: number;
  /** Bit N-1 is signal N. */
  readonly blocked: bigint;
  readonly ignored: bigint;
  readonly caught: bigint;
  readonly capabilities: bigint;
}

export function parseStatusDetails(text: string): StatusDetails | undefined {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) lines.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const [uid, euid] = (lines.get('Uid') ?? '').split('\t').map(Number);
  if (uid === undefined || euid === undefined || !Number.isInteger(uid) || !Number.isInteger(euid)) return undefined;
  const set = (name: string) => (/^[0-9a-f]{1,16}$/.test(lines.get(name) ?? '') ? BigInt(`0x${lines.get(name)}`) : 0n);
  const number = (name: string) => Number(/\d+/.exec(lines.get(name) ?? '')?.[0] ?? 0);
  return {
    uid,
    euid,
    innermostPid: Number((lines.get('NSpid') ?? lines.get('Pid') ?? '').split('\t').at(-1)) || 0,
    threads: number('Threads'),
    residentBytes: number('VmRSS') * 1024,
    blocked: set('SigBlk'),
    ignored: set('SigIgn'),
    caught: set('SigCgt'),
    capabilities: set('CapEff'),
  };
}
