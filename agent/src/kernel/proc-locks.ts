/** Who holds flock(2) on a file, from /proc/locks, proc_locks(5): looking takes no lock that somebody could want. */
export interface LockedFile {
  readonly inode: number;
  /** As the file itself says. */
  readonly pid: number;
  /** `major:minor`, as hexadecimal of two digits each. */
  readonly device: string;
}

/** On btrfs and overlayfs the device is not the one that stat(2) tells; the pid then has to be the same. */
export function findLockHolder(locks: string, { inode, device, pid }: LockedFile): number | undefined {
  for (const [, holder, where, number] of locks.matchAll(
    /^\d+: FLOCK +ADVISORY +WRITE +(\d+) ([\da-f]+:[\da-f]+):(\d+) /gm,
  )) {
    if (Number(number) === inode && (where === device || Number(holder) === pid)) return Number(holder);
  }
  return undefined;
}
