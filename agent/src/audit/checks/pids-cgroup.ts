/** A cgroup near its pids.max (systemd's TasksMax, a container's --pids-limit): fork(2) fails with EAGAIN within it. */
import { parseCgroupPath } from '../../kernel/cgroup-path.js';
import type { Check } from '../facts.js';
import { aboutHost, aboutUnit, full, percent, severityOf } from '../judging.js';

export const pidsCgroup: Check = {
  needs: ['processes', 'cgroups'],
  judge: ({ host }) =>
    host.pidsCgroups.flatMap(({ path, current, max }) => {
      const share = max === 0 ? 1 : current / max;
      if (share < full.warning) return [];
      const facts = { cgroup: path.slice(-512), current, max, percent: percent(share) };
      const { unit } = parseCgroupPath(path);
      return [unit === undefined ? aboutHost(severityOf(share), facts) : aboutUnit(unit, severityOf(share), facts)];
    }),
};
