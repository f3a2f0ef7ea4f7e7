/** A kernel that lacks a tracepoint which not everything depends on. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRecord } from '../../agent/src/kernel/record.js';
import { openEbpf, removeEbpf } from '../../agent/src/source/ebpf.js';
import { objectDigest, pinDirectory } from '../../agent/src/source/pins.js';
import { requirePrerequisite } from '../support/prerequisite.js';

const object = fileURLToPath(new URL('../../agent/probe/whodunit.bpf.o', import.meta.url));

describe.runIf(requirePrerequisite('root', 'btf', 'libbpf'))('a probe', () => {
  let directory: string;
  beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'whodunit-optional-'))));
  afterEach(async () => {
    await removeEbpf(directory);
    await rm(directory, { recursive: true, force: true });
  });

  /** As it is for a kernel that has no such tracepoint. */
  function withoutTracepoint(name: string): string {
    const patched = join(directory, 'patched.bpf.o');
    const bytes = readFileSync(object).toString('latin1');
    expect(bytes).toContain(`tp_btf/${name}`);
    writeFileSync(patched, bytes.replaceAll(`tp_btf/${name}`, `tp_btf/${'x'.repeat(name.length)}`), 'latin1');
    return patched;
  }

  it('works_without_the_paths_of_new_cgroups', async () => {
    const patched = withoutTracepoint('cgroup_mkdir');
    const opened = await openEbpf(patched, directory);
    if (!opened.ok) throw new Error(opened.failure.sentence);
    const { pid } = spawnSync('/bin/true');
    const kinds: string[] = [];
    opened.value.ring.read((bytes) => {
      const record = decodeRecord(bytes);
      if (record?.who.pid === pid) kinds.push(record.kind);
    }, Infinity);
    expect(kinds).toEqual(['fork', 'exec', 'exit']);
    const pins = readdirSync(join(pinDirectory(directory), objectDigest(readFileSync(patched))));
    expect(pins).toContain('on_exit');
    expect(pins).not.toContain('on_cgroup_mkdir');
  });

  it('is_refused_without_the_ends_of_processes', async () => {
    const opened = await openEbpf(withoutTracepoint('sched_process_exit'), directory);
    expect(!opened.ok && opened.failure.code).toBe('sensor/not-loaded');
  });
});
