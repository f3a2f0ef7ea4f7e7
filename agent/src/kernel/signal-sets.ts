/** /proc/PID/status: which signals a process catches and ignores; bit N-1 is signal N. A zombie has none. */
export interface SignalSets {
  readonly caught: bigint;
  readonly ignored: bigint;
}

export function parseSignalSets(status: string): SignalSets | undefined {
  const ignored = /^SigIgn:\t([0-9a-f]{16})$/m.exec(status)?.[1];
  const caught = /^SigCgt:\t([0-9a-f]{16})$/m.exec(status)?.[1];
  if (ignored === undefined || caught === undefined) return undefined;
  return { ignored: BigInt(`0x${ignored}`), caught: BigInt(`0x${caught}`) };
}
