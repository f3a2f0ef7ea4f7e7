/**
 * Names of what systemd-coredump(8) keeps in /var/lib/systemd/coredump: core.COMM.UID.BOOTID.PID.USEC, with the suffix of its
 * compression; make_filename() in src/coredump/coredump.c. In COMM, what is neither letter, digit nor harmless is \xNN.
 */
export const systemdCoredumpDirectory = '/var/lib/systemd/coredump';

export interface SystemdCore {
  readonly uid: number;
  readonly bootId: string;
  readonly pid: number;
}

const fileName = /^core\..*\.(\d+)\.([0-9a-f]{32})\.(\d+)\.\d+(?:\.(?:zst|lz4|xz))?$/;

export function parseSystemdCoreName(name: string): SystemdCore | undefined {
  const found = fileName.exec(name);
  if (found === null) return undefined;
  const [, uid = '', bootId = '', pid = ''] = found;
  return { uid: Number(uid), bootId, pid: Number(pid) };
}

export function isSystemdCoredump(program: string): boolean {
  return program.endsWith('/systemd-coredump');
}
