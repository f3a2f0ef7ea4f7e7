/** Each format against its golden file and against what its published schema says (test/fixtures/schemas). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ocsfComplaints } from '../../../test/support/ocsf.js';
import type { ProcessRow } from '../../store/rows.js';
import type { ExportedDeath } from './exported-death.js';
import { formatNames, formats } from './formats.js';

const fixture = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../test/fixtures/schemas', name), 'utf8'));

const process: ProcessRow = {
  ...{ boot: 3, pid: 4711, start_ns: 5_000_000_000n, host_id: 1, booted_at: new Date('2026-11-20T08:00:00Z') },
  ...{ origin: 'exec', parent_pid: 1, parent_start_ns: 0n, seen_ns: 5_000_000_000n },
  ...{ comm: 'redis-server', exe: '/usr/bin/redis-server', args: ['/usr/bin/redis-server', '*:6379'], args_cut: false },
  ...{ uid: 110n, user_name: 'redis', login_uid: null, login_name: null, login_session: null, tty: null },
  ...{ cgroup: '/system.slice/redis.service', unit: 'redis.service', login_source: null, kernel_thread: false },
  ...{ container_id: '0123456789ab', container_runtime: 'podman', container_pod: null },
  ...{ started_at: new Date('2026-11-20T08:00:05Z'), ended_at: new Date('2026-11-20T08:00:09Z') },
};
const killer: ProcessRow = {
  ...process,
  ...{ pid: 815, start_ns: 4_000_000_000n, parent_pid: null, parent_start_ns: null, container_id: null },
  ...{ comm: 'bash', exe: '/usr/bin/bash', args: ['-bash'], uid: 0n, user_name: 'root', unit: 'session-3.scope' },
  ...{ login_uid: 1000n, login_name: 'ann', login_session: 3n, tty: 'pts/0', login_source: '192.0.2.7' },
};
const life = { boot: 3, pid: 4711, start_ns: 5_000_000_000n };
const death: ExportedDeath['death'] = {
  ...life,
  ...{ host_id: 1, booted_at: process.booted_at, died_ns: 9_000_123_456n, died_at: new Date('2026-11-20T08:00:09Z') },
  ...{ exit_code: null, signal: 9, core_dumped: false, cpu_ns: 1_500_000n, peak_rss_bytes: 4_194_304n },
  ...{ reconstructed: false, engine: 5, rule: 'signaled', cause: 'SIGNALED', actor_kind: 'HUMAN', actor_pid: 815 },
  ...{ actor_start_ns: 4_000_000_000n, confidence: 0.99, summary: null, summary_zh: null, evidence: [] },
};
const byAnn: ExportedDeath = {
  death,
  host: {
    ...{
      id: 1,
      machine_id: '0123456789abcdef0123456789abcdef',
      name: 'web-1',
      rung: 'ebpf',
      blind_spots: [],
      labels: {},
    },
    ...{ enrolled_at: new Date(0), last_seen_at: null, agent_version: '1', kernel: '6.18.44', arch: 'x64' },
  },
  process,
  verdict: {
    ...{ death, cause: 'SIGNALED', confidence: 0.99, rule: 'signaled', engine: 5 },
    actor: { kind: 'HUMAN', moment: { boot: 3, pid: 815, start_ns: 4_000_000_000n, at_ns: 9_000_000_000n } },
    summary: { en: 'redis-server was killed by ann with SIGKILL.', zh: '' },
    evidence: [{ kind: 'signal', at: new Date('2026-11-20T08:00:09Z'), text: 'SIGKILL from bash\u001b[31m' }],
  },
  actor: { kind: 'HUMAN', process: killer },
};
const unseen: ExportedDeath = {
  ...byAnn,
  death: { ...death, exit_code: 0, signal: null },
  process: null,
  actor: { kind: 'KERNEL', process: null },
};
const ofItself: ExportedDeath = { ...byAnn, actor: { kind: 'SELF', process: null } };
const examples = { byAnn, unseen, ofItself };

test.each(formatNames)('%s_is_as_it_was', async (format) => {
  const lines = Object.values(examples).map((example) => JSON.stringify(formats[format](example), null, 2));
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/${format}.txt`);
});

describe('OCSF 1.8.0', () => {
  test.each(Object.entries(examples))('%s_has_what_the_schema_requires_and_nothing_else', (_, example) => {
    const line = JSON.parse(JSON.stringify(formats.ocsf(example)));
    expect(ocsfComplaints(line)).toEqual([]);
    expect(line).toMatchObject({ class_uid: 1007, type_uid: 100702 });
  });

  test('the_check_finds_what_is_wrong', () => {
    const { actor: _, ...line } = JSON.parse(JSON.stringify(formats.ocsf(byAnn)));
    const wrong = { ...line, device: { type_id: 77 }, colour: 'red' };
    expect(ocsfComplaints(wrong)).toEqual([
      'event.actor is required',
      expect.stringContaining('event.device has none of'),
      'event.device.type_id is none of its values',
      'event.colour is not of the schema',
    ]);
  });
});

describe('ECS', () => {
  const schema = fixture('ecs-fields.json') as {
    fields: Record<string, string>;
    allowed: Record<string, string[]>;
    required: string[];
  };

  function leaves(value: object, path = ''): [string, unknown][] {
    return Object.entries(value).flatMap(([name, part]): [string, unknown][] =>
      part !== null && typeof part === 'object' && !Array.isArray(part)
        ? leaves(part as object, `${path}${name}.`)
        : [[`${path}${name}`, part]],
    );
  }

  test.each(Object.entries(examples))('%s_has_fields_of_the_schema_and_allowed_values', (_, example) => {
    const found = leaves(JSON.parse(JSON.stringify(formats.ecs(example)))).filter(
      ([name]) => !name.startsWith('whodunit.'),
    );
    expect(found.map(([name]) => name).filter((name) => !(name in schema.fields))).toEqual([]);
    expect(schema.required.filter((name) => !found.some(([key]) => key === name))).toEqual([]);
    for (const [name, value] of found) {
      if (schema.allowed[name]) expect(schema.allowed[name]).toEqual(expect.arrayContaining([value].flat()));
      if (schema.fields[name] === 'date') expect(Number.isNaN(Date.parse(value as string))).toBe(false);
      if (schema.fields[name] === 'long') expect(Number.isInteger(value)).toBe(true);
    }
  });
});

describe('OpenTelemetry', () => {
  const { attributes: known } = fixture('otel-attributes.json') as { attributes: Record<string, string> };
  const keyOfType: Record<string, string> = { string: 'stringValue', int: 'intValue', 'string[]': 'arrayValue' };

  test.each(Object.entries(examples))('%s_has_attributes_of_the_registry_in_their_types', (_, example) => {
    const { resourceLogs } = JSON.parse(JSON.stringify(formats.otel(example)));
    const [{ resource, scopeLogs }] = resourceLogs;
    const [record] = scopeLogs[0].logRecords;
    const all: { key: string; value: object }[] = [...resource.attributes, ...record.attributes];
    for (const { key, value } of all.filter((attribute) => !attribute.key.startsWith('whodunit.'))) {
      expect(known, key).toHaveProperty([key]);
      const type = keyOfType[known[key]!];
      if (type) expect(Object.keys(value), key).toEqual([type]);
    }
    expect(record.timeUnixNano).toBe(String(BigInt(Date.parse('2026-11-20T08:00:09Z')) * 1_000_000n + 123_456n));
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  });
});
