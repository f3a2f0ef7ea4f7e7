/**
 * /proc/PID/cgroup: `hierarchy:controllers:path` per line. A version 2 host has one line, `0::path`; version 1 hosts have
 * many, and the one that names the service or container is wanted: systemd's own first (on hybrid hosts an old runc
 * leaves a container's processes in the runtime's own version 2 cgroup), then version 2, then the controllers that
 * services and containers are given. cgroup_of() in agent/probe/whodunit.bpf.c chooses in the same order.
 */
const preferred = ['name=systemd', '', 'memory', 'pids', 'cpu,cpuacct', 'cpu', 'devices', 'freezer'] as const;

export function parseProcCgroup(text: string): string | undefined {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const first = line.indexOf(':');
    const second = line.indexOf(':', first + 1);
    if (first > 0 && second > first) paths.set(line.slice(first + 1, second), line.slice(second + 1));
  }
  for (const controllers of preferred) {
    const path = paths.get(controllers);
    if (path !== undefined && path !== '/' && path !== '') return path;
  }
  return paths.size > 0 ? '/' : undefined;
}
