/** /proc/PID/auxv: pairs of (type, value), each as wide as a pointer of a 64-bit process; getauxval(3). */
const pageSizeType = 6n;

export function parsePageBytes(auxv: Uint8Array): number | undefined {
  const view = new DataView(auxv.buffer, auxv.byteOffset, auxv.byteLength);
  for (let offset = 0; offset + 16 <= auxv.byteLength; offset += 16) {
    if (view.getBigUint64(offset, true) === pageSizeType) return Number(view.getBigUint64(offset + 8, true));
  }
  return undefined;
}
