/** /proc/PID/status: only the lines that are wanted, `Name:\tvalue`. */
export interface ProcStatus {
  readonly uid: number;
  readonly euid: number;
  /** Effective capabilities as a bit set. */
  readonly capabilities: bigint;
  /** How often it was taken off a processor, willing or not. */
  readonly switches: number | undefined;
}

export function parseProcStatus(text: string): ProcStatus | undefined {
  const uids = /^Uid:\t(\d+)\t(\d+)/m.exec(text);
  const capabilities = /^CapEff:\t([0-9a-f]{1,16})$/m.exec(text);
  const switches = [...text.matchAll(/^(?:non)?voluntary_ctxt_switches:\t(\d+)$/gm)].map(([, count]) => Number(count));
  if (!uids) return undefined;
  return {
    uid: Number(uids[1]),
    euid: Number(uids[2]),
    capabilities: BigInt(`0x${capabilities?.[1] ?? '0'}`),
    switches: switches.length === 2 ? switches[0]! + switches[1]! : undefined,
  };
}
