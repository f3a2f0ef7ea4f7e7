/**
 * Where each cgroup hierarchy is mounted: /proc/self/mountinfo, proc_pid_mountinfo(5), joined with the numbers of the
 * hierarchies in /proc/self/cgroup. Version 2 is hierarchy 0; a version 1 hierarchy is found by its controllers or name.
 */
export interface CgroupMount {
  readonly mountPoint: string;
  /** The cgroup that the mount shows as its root; `/` unless part of a hierarchy is mounted. */
  readonly root: string;
}

export function parseCgroupMounts(mountinfo: string, procCgroup: string): ReadonlyMap<number, CgroupMount> {
  const lines = mountinfo.split('\n').map(parseLine);
  const found = new Map<number, CgroupMount>();
  for (const { hierarchy, controllers } of parseHierarchies(procCgroup)) {
    const mounts = lines.filter((line) => line !== undefined && shows(line, hierarchy, controllers));
    const mount = mounts.find((line) => line?.root === '/') ?? mounts[0];
    if (mount) found.set(hierarchy, { mountPoint: mount.mountPoint, root: mount.root });
  }
  return found;
}

interface Line extends CgroupMount {
  readonly type: string;
  readonly options: readonly string[];
}

function parseLine(text: string): Line | undefined {
  const [before, after] = text.split(' - ', 2);
  const [, , , root, mountPoint] = before?.split(' ') ?? [];
  const [type, , options] = after?.split(' ') ?? [];
  if (root === undefined || mountPoint === undefined || type === undefined || options === undefined) return undefined;
  return { root: unescape(root), mountPoint: unescape(mountPoint), type, options: options.split(',') };
}

function parseHierarchies(text: string): readonly { hierarchy: number; controllers: readonly string[] }[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\d{1,9}):([^:]*):/.exec(line);
    return match ? [{ hierarchy: Number(match[1]), controllers: (match[2] ?? '').split(',') }] : [];
  });
}

function shows(line: Line, hierarchy: number, controllers: readonly string[]): boolean {
  if (hierarchy === 0) return line.type === 'cgroup2';
  return line.type === 'cgroup' && controllers.every((name) => line.options.includes(name));
}

/** Blanks and the like are written as `\040`. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
