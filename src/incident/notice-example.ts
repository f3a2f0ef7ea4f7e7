/** Notices for tests: the Redis of web-1 that the kernel killed, and one whose every text is an attack. */
import type { IncidentFacts, Notice, NoticeChange } from './notice.js';

const openedAt = new Date('2026-11-22T03:00:00.000Z');

export const exampleId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export function incident(change: Partial<IncidentFacts> = {}): IncidentFacts {
  return {
    id: exampleId(1),
    key: 'DEATH web-1 redis-server.service OOM_CGROUP',
    kind: 'DEATH',
    state: 'OPEN',
    severity: 'CRITICAL',
    title: {
      en: 'redis-server.service on web-1 was killed 14 times: OOM_CGROUP',
      zh: 'web-1 上的 redis-server.service 被杀死 14 次：OOM_CGROUP',
    },
    summary: {
      en: 'The kernel killed redis-server (pid 4711): its cgroup was at its limit of 64 MiB.',
      zh: '内核杀死了 redis-server（pid 4711）：其 cgroup 达到 64 MiB 上限。',
    },
    host: 'web-1',
    hosts: 1,
    unit: 'redis-server.service',
    exe: '/usr/bin/redis-server',
    cause: 'OOM_CGROUP',
    labels: { role: 'cache', 'team.name': 'storage' },
    count: 14,
    openedAt,
    updatedAt: openedAt,
    resolvedAt: null,
    latest: {
      death: '1.4711.99',
      at: openedAt,
      evidence: ['the kernel log names it: Killed process 4711', 'memory.events counts one more oom_kill'],
    },
    ...change,
  };
}

export function notice(change: NoticeChange, of: Partial<IncidentFacts> = {}, id = exampleId(900)): Notice {
  const at = new Date('2026-11-22T03:05:00.000Z');
  const over = change === 'RESOLVED' ? ({ state: 'RESOLVED', resolvedAt: at } as const) : {};
  const by = change === 'ACKNOWLEDGED' || change === 'RESOLVED' ? 'ann' : null;
  return { id, change, at, by, incident: incident({ ...over, ...of }) };
}

const attack =
  '<!channel> <@U1> <at user_id="all"></at> @all [click](http://evil.example) *bold* `code` # head | a & b "q" \\ \u202e';

/** As hostile as a process name that `plainOrQuoted` has not seen could be, everywhere. */
export function hostile(): IncidentFacts {
  const text = { en: attack, zh: attack };
  return incident({
    ...{ title: text, summary: text, host: attack, unit: attack, exe: attack, key: attack, cause: null },
    labels: { [attack]: attack },
    latest: { death: null, at: openedAt, evidence: [attack, attack] },
  });
}

/** As large as nothing should be. */
export function giant(): IncidentFacts {
  const long = '长'.repeat(5_000);
  const labels = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${n}${long}`, long]));
  const text = { en: long, zh: long };
  const evidence = Array.from({ length: 100 }, () => long);
  return incident({
    ...{ title: text, summary: text, host: long, unit: long, exe: long, key: long, labels },
    latest: { death: null, at: openedAt, evidence },
  });
}
