/** The checks on units, on services of a real systemd: the same question as `systemctl show` answers it in a booted machine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerQuestion } from '../../agent/src/audit/answer-question.js';
import { openProcfs } from '../../agent/src/source/procfs.js';
import { readBootId } from '../../agent/src/source/proc.js';
import type { Answer } from '../../src/contract/index.js';
import { booted } from '../scenarios/e-services.js';
import { bootMachine, type Machine } from '../support/machine.js';
import { requirePrerequisite } from '../support/prerequisite.js';

const checks = ['RESTART_MISSING', 'STOP_TIMEOUT', 'OOM_POLICY', 'MEMORY_MAX_MISSING'] as const;

const services: Readonly<Record<string, readonly string[]>> = {
  'audit-good': ['Restart=on-failure', 'TimeoutStopSec=30', 'OOMPolicy=stop', 'MemoryMax=64M'],
  'audit-no-restart': ['Restart=no', 'TimeoutStopSec=30', 'OOMPolicy=stop', 'MemoryMax=64M'],
  'audit-zero-stop': ['Restart=always', 'TimeoutStopSec=0', 'OOMPolicy=stop', 'MemoryHigh=64M'],
  'audit-hasty-stop': ['Restart=always', 'TimeoutStopSec=2', 'OOMPolicy=stop', 'MemoryMax=64M'],
  'audit-continues': ['Restart=always', 'TimeoutStopSec=30', 'OOMPolicy=continue', 'MemoryMax=64M'],
  'audit-unbounded': ['Restart=always', 'TimeoutStopSec=30', 'OOMPolicy=stop'],
};

const wanted: Readonly<Record<(typeof checks)[number], readonly string[]>> = {
  RESTART_MISSING: ['audit-no-restart'],
  STOP_TIMEOUT: ['audit-endless-stop', 'audit-zero-stop', 'audit-hasty-stop'],
  OOM_POLICY: ['audit-no-restart', 'audit-continues'],
  MEMORY_MAX_MISSING: ['audit-unbounded'],
};

describe.runIf(requirePrerequisite('root', 'machine'))('units of a real systemd', () => {
  let machine: Machine;
  let answer: Answer;

  beforeAll(async () => {
    machine = bootMachine();
    await booted(machine);
    // In a unit's file 0 is for ever (config_parse_service_timeout of systemd); over the bus it is 0, until a reload writes it to a file.
    const unit = '[Service]\nExecStart=/bin/sleep 600\nRestart=always\nTimeoutStopSec=0\nMemoryMax=64M\n';
    machine.run('sh', '-c', `printf '${unit}' > /run/systemd/system/audit-endless-stop.service`);
    machine.run('systemctl', 'daemon-reload');
    machine.run('systemctl', 'start', 'audit-endless-stop');
    for (const [name, properties] of Object.entries(services)) {
      const options = properties.map((property) => `--property=${property}`);
      machine.run('systemd-run', `--unit=${name}`, ...options, 'sleep', '600');
    }
    const question = { version: 1, id: crypto.randomUUID(), expiresInSeconds: 60, longLivedSeconds: 0 } as const;
    answer = await answerQuestion(
      { ...question, checks: [...checks] },
      {
        sensor: openProcfs([]),
        root: '',
        bootId: readBootId(),
        nameOfUser: () => undefined,
        redact: (args) => args,
        tools: {
          run: async (program, args) => {
            const output = machine.run(program, ...args);
            return { ok: true, value: { exitCode: 0, output, actor: undefined } };
          },
        },
        signal: new AbortController().signal,
      },
    );
  });
  afterAll(() => machine?.close());

  test.each(checks)('%s_finds_those_that_have_it_and_no_others', (check) => {
    const units = answer.findings.flatMap((finding) =>
      finding.check === check && finding.subject.kind === 'unit' ? finding.subject.unit : [],
    );
    const ours = units.filter((unit) => unit.startsWith('audit-'));
    expect(ours.toSorted()).toEqual(wanted[check].map((name) => `${name}.service`).toSorted());
  });

  test('endless_and_hasty_stops_are_told_apart', () => {
    const facts = answer.findings
      .filter(
        ({ check, subject }) => check === 'STOP_TIMEOUT' && 'unit' in subject && subject.unit?.startsWith('audit-'),
      )
      .map((finding) => finding.facts);
    expect(facts).toEqual(
      expect.arrayContaining([
        { stopTimeoutMs: null, infinite: true },
        { stopTimeoutMs: 0, infinite: false },
        { stopTimeoutMs: 2_000, infinite: false },
      ]),
    );
  });
});
