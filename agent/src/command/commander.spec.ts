import { expect, it } from 'vitest';
import { Report, type Command } from '../../../src/contract/index.js';
import { silentLog } from '../log.js';
import { success, type Result } from '../result.js';
import { Commander } from './commander.js';
import { commandFor, createSigner, thisBoot, thisHost } from './command.fixture.js';
import { Journal } from './journal.js';
import { KnownTime } from './known-time.js';
import { defaultPolicy, type Policy } from './policy.js';
import { refuse } from './refusal.js';
import { Paper } from './system.fixture.js';

const signer = createSigner();

/** An agent on the host on paper. `take` gives it a command and waits until nothing happens any more. */
function setUp(policy: Result<Policy> = success(defaultPolicy), paper = new Paper()) {
  const reports: Report[] = [];
  const journal = new Journal(paper.disk, paper.wallMs);
  const time = new KnownTime({ wallMs: () => paper.wallMs, bootNanoseconds: () => paper.nowNs });
  const commander = new Commander({
    ...{ ...paper.ports, journal, time, key: signer.key, host: thisHost, log: silentLog },
    readPolicy: () => policy,
    report: (report) => void reports.push(Report.parse(report)),
  });
  const takeText = async (data: string, id?: string) => {
    commander.take({ event: 'command', data, id });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  };
  const take = (command: Command) => takeText(signer.seal(command));
  const last = () => reports.at(-1);
  return { paper, commander, journal, time, reports, take, takeText, last };
}

const kill = (paper: Paper, pid = 77, more: Partial<Command> = {}) =>
  commandFor({ kind: 'SIGNAL_PROCESS', process: paper.targetOf(pid), signal: 9 }, more, paper.wallMs);

it('does_what_is_asked_and_says_that_it_will_and_that_it_did', async () => {
  const { paper, take, reports, journal } = setUp();
  const target = paper.add(77);
  const command = kill(paper);
  await take(command);
  expect(target.received).toEqual([9]);
  expect(reports).toMatchObject([
    { command: command.id, state: 'ACCEPTED', before: { alive: true }, bootId: thisBoot },
    { command: command.id, state: 'SUCCEEDED', after: { alive: false }, actors: [{ pid: 500, start: '5' }] },
  ]);
  expect(journal.untold()).toMatchObject([{ command: command.id }]);
});

it.each<[string, (paper: Paper) => Partial<Command>]>([
  ['command/other-host', () => ({ host: 'f'.repeat(32) })],
  ['command/other-boot', () => ({ bootId: '11111111-1111-4111-8111-111111111111' })],
  ['command/expired', ({ wallMs }) => ({ expiresAt: new Date(wallMs).toISOString() })],
  ['command/not-yet', ({ wallMs }) => ({ notBefore: new Date(wallMs + 60_000).toISOString() })],
])('refuses_with_%s', async (code, more) => {
  const { paper, take, last } = setUp();
  const target = paper.add(77);
  await take(kill(paper, 77, more(paper)));
  expect(last()).toMatchObject({ state: 'REFUSED', code });
  expect(target.received).toEqual([]);
});

it('refuses_what_it_cannot_verify_or_understand_and_tells_whom_it_can', async () => {
  const { paper, takeText, reports, last } = setUp();
  paper.add(77);
  const command = kill(paper);
  await takeText(createSigner().seal(command));
  expect(reports).toEqual([]);
  await takeText(createSigner().seal(command), command.id);
  expect(last()).toMatchObject({ command: command.id, code: 'command/bad-signature' });
  await takeText(JSON.stringify(signer.envelope(JSON.stringify({ ...command, version: 2 }))));
  expect(last()).toMatchObject({ command: command.id, code: 'command/malformed' });
  await takeText('{', command.id);
  expect(last()).toMatchObject({ command: command.id, code: 'command/malformed' });
  expect(paper.processes.get(77)?.received).toEqual([]);
});

it('does_not_do_a_command_again_however_often_it_comes', async () => {
  const { paper, take, reports, journal, last } = setUp();
  const target = paper.add(77);
  target.onSignal = () => undefined;
  const command = kill(paper, 77, {});
  const again = { ...command, action: { ...command.action, signal: 10 } } as Command;
  await take(again);
  await take(again);
  // It is still being told how it ended.
  expect(reports.map(({ state }) => state)).toEqual(['ACCEPTED', 'SUCCEEDED']);
  journal.told(command.id);
  await take(again);
  expect(last()).toMatchObject({ state: 'REFUSED', code: 'command/replayed' });
  const next = setUp(success(defaultPolicy), paper);
  await next.take(again);
  expect(next.last()).toMatchObject({ state: 'REFUSED', code: 'command/replayed' });
  expect(target.received).toEqual([10]);
});

it('does_not_do_it_again_after_the_clock_was_set_forth_and_back', async () => {
  const { paper, take, journal } = setUp();
  const target = paper.add(77);
  target.onSignal = () => undefined;
  const command = commandFor({ kind: 'RESUME_PROCESS', process: paper.targetOf(77) }, {}, paper.wallMs);
  await take(command);
  journal.told(command.id);
  paper.wallMs += 3 * 86_400_000;
  setUp(success(defaultPolicy), paper);
  paper.wallMs -= 3 * 86_400_000;
  const next = setUp(success(defaultPolicy), paper);
  await next.take(command);
  expect(next.last()).toMatchObject({ code: 'command/replayed' });
  expect(target.received).toEqual([18]);
});

it('keeps_to_the_hours_cap_also_after_a_restart', async () => {
  const policy = success({ ...defaultPolicy, perHourMax: 2 });
  const paper = new Paper();
  for (const pid of [77, 78, 79, 80]) paper.add(pid);
  const { take, reports } = setUp(policy, paper);
  for (const pid of [77, 78, 79]) await take(kill(paper, pid));
  expect(reports.at(-1)).toMatchObject({ state: 'REFUSED', code: 'command/cap-reached' });
  const next = setUp(policy, paper);
  await next.take(kill(paper, 79));
  expect(next.last()).toMatchObject({ code: 'command/cap-reached' });
  paper.wallMs += 3_600_001;
  await next.take(kill(paper, 79));
  expect(next.last()).toMatchObject({ state: 'SUCCEEDED' });
});

it('does_nothing_when_it_cannot_write_it_down_first', async () => {
  const { paper, take, last } = setUp();
  const target = paper.add(77);
  paper.diskFails = true;
  await take(kill(paper));
  expect(last()).toMatchObject({ state: 'REFUSED', code: 'command/no-journal' });
  expect(target.received).toEqual([]);
  expect(paper.opened).toBe(0);
});

it('does_not_do_what_it_refused_when_it_comes_again_and_would_be_possible', async () => {
  const { paper, take, reports } = setUp();
  const target = paper.add(77);
  const command = kill(paper);
  paper.diskFails = true;
  await take(command);
  paper.diskFails = false;
  await take(command);
  expect(reports.map(({ code }) => code)).toEqual(['command/no-journal', 'command/no-journal']);
  expect(target.received).toEqual([]);
});

it('does_nothing_under_a_policy_that_cannot_be_read', async () => {
  const { paper, take, last } = setUp(refuse('command/bad-policy', 'It is not JSON.'));
  paper.add(77);
  await take(kill(paper));
  expect(last()).toMatchObject({ state: 'REFUSED', code: 'command/bad-policy' });
});

it('says_of_what_an_earlier_agent_began_that_nobody_knows_and_of_a_reboot_that_it_came', async () => {
  const paper = new Paper();
  const intent = { bootId: thisBoot, atMs: paper.wallMs, expiresAtMs: paper.wallMs + 60_000 };
  const [begun, reboot, noReboot] = [kill(paper).id, kill(paper).id, kill(paper).id];
  const journal = new Journal(paper.disk, paper.wallMs);
  for (const id of [begun, reboot, noReboot]) journal.intend({ id, kind: 'REBOOT_HOST', ...intent });
  journal.asked(reboot);
  paper.bootId = '99999999-9999-4999-8999-999999999999';
  const { commander, reports } = setUp(success(defaultPolicy), paper);
  commander.recover();
  expect(reports).toMatchObject([
    { command: begun, state: 'UNKNOWN' },
    { command: reboot, state: 'SUCCEEDED', before: { bootId: thisBoot }, after: { bootId: paper.bootId } },
    { command: noReboot, state: 'UNKNOWN' },
  ]);
  const next = setUp(success(defaultPolicy), paper);
  next.commander.recover();
  expect(next.reports).toEqual(reports);
});

it('carries_out_a_few_at_a_time_and_takes_no_more_than_it_can_hold', async () => {
  const { paper, commander, reports } = setUp(success({ ...defaultPolicy, perHourMax: 1_000 }));
  for (let pid = 1_000; pid < 1_100; pid += 1) paper.add(pid);
  for (let pid = 1_000; pid < 1_100; pid += 1)
    commander.take({ event: 'command', data: signer.seal(kill(paper, pid)), id: undefined });
  for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
  const states = reports.map(({ state, code }) => code ?? state);
  const count = (what: string) => states.filter((state) => state === what).length;
  expect(count('SUCCEEDED') + count('command/busy')).toBe(100);
  expect(count('command/busy')).toBe(100 - 64 - 4);
});

it('begins_nothing_more_once_it_is_being_stopped', async () => {
  const { paper, commander, take, reports } = setUp();
  const target = paper.add(77);
  await commander.stop(10);
  await take(kill(paper));
  expect([reports, target.received]).toEqual([[], []]);
});
