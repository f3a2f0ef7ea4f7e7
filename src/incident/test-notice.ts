/** What a test-fire tells: an incident that opens and is resolved at once, recognizable as a test. */
import { randomUUID } from 'node:crypto';
import type { IncidentFacts, Notice } from './notice.js';

/** @param receiver its name */
export function testNotices(receiver: string, at: Date): [opened: Notice, resolved: Notice] {
  const id = randomUUID();
  const incident: IncidentFacts = {
    id,
    key: `test/${id}`,
    kind: 'DEATH',
    state: 'OPEN',
    severity: 'INFO',
    title: { en: 'Whodunit test: nothing has happened', zh: 'Whodunit 测试：并无事件发生' },
    summary: {
      en: `Somebody tries whether the receiver ${JSON.stringify(receiver)} can be reached.`,
      zh: `正在测试接收端 ${JSON.stringify(receiver)} 是否可达。`,
    },
    host: null,
    hosts: 0,
    unit: null,
    exe: null,
    cause: null,
    labels: { whodunit_test: 'true' },
    count: 1,
    openedAt: at,
    updatedAt: at,
    resolvedAt: null,
    latest: { death: null, at, evidence: [] },
  };
  return [
    { id: randomUUID(), change: 'OPENED', at, by: null, incident },
    {
      id: randomUUID(),
      change: 'RESOLVED',
      at,
      by: null,
      incident: { ...incident, state: 'RESOLVED', resolvedAt: at },
    },
  ];
}
