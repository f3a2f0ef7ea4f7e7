/** /proc/PID/status: only the lines that are wanted, `Name:\tvalue`. */
export interface ProcStatus {
  readonly uid: number;
  readonly euid: number;
  /** Effective capabilities as a bit set. */
  readonly capabilities: bigint;
}

export function parseProcStatus(text: string): ProcStatus | undefined {
  const uids = /^Uid:\t(\d+)\t(\d+)/m.exec(text);
  const capabilities = /^CapEff:\t([0-9a-f]{1,16})$/m.exec(text);
  if (!uids) return undefined;
  return {
    uid: Number(uids[1]),
    euid: Number(uids[2]),
    capabilities: BigInt(`0x${capabilities?.[1] ?? '0'}`),
  };
}
