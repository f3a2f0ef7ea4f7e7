/**
 * Root, with everything that root may, for what needs none of it: databases, caches, interpreters and application servers. Web servers
 * keep a root process to open their port and are left out.
 */
import type { Check } from '../facts.js';
import { isDaemon, onePerProgram, programOf } from '../judging.js';

const needless =
  /^(node|nodejs|deno|bun|python[0-9.]*|pypy[0-9.]*|ruby[0-9.]*|java|dotnet|php[0-9.]*|perl[0-9.]*|gunicorn|uwsgi|puma|beam\.smp|redis-server|valkey-server|memcached|postgres|mysqld|mariadbd|mongod|etcd|prometheus|grafana|grafana-server|vector|fluent-bit|rabbitmq-server)$/;
/** CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_SETUID, CAP_SYS_ADMIN: what makes root dangerous. */
const dangerous = (1n << 0n) | (1n << 1n) | (1n << 3n) | (1n << 7n) | (1n << 21n);

export const rootWithoutNeed: Check = {
  needs: ['processes'],
  judge: (facts) =>
    onePerProgram(
      facts.processes.filter(
        (process) =>
          process.euid === 0 &&
          process.pid !== facts.agentPid &&
          isDaemon(process, facts) &&
          (process.capabilities & dangerous) === dangerous &&
          needless.test(programOf(process)),
      ),
      ({ inContainer }) => ({ severity: 'WARNING', facts: { euid: 0, inContainer } }),
    ),
};
