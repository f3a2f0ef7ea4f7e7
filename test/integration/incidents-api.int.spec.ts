/** What people do about incidents: look, take care of them, say that they are over, and keep what they expect from being told. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { described, life } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { bootedNow, changesOf, incidentThat, incidents, redis, shot, type Machine } from '../support/incidents.js';
import { gqlAs, tokenFor } from '../support/jobs.js';
import { startStack, type Answer, type Stack } from '../support/stack.js';

let stack: Stack;
let [viewer, operator] = ['', ''];

beforeAll(async () => {
  const settings = { settleMs: 0, updateMs: 1_000, healthyMs: 1_000, silentMs: 2_000, fleetHosts: 50 };
  stack = await startStack({ worker: true, incidents: settings });
  [viewer, operator] = [await tokenFor(stack, 'vera', 'viewer'), await tokenFor(stack, 'otto', 'operator')];
});
afterAll(() => stack.close());

async function asOperator(query: string, variables: object = {}): Promise<Answer> {
  const { data, errors } = await gqlAs(stack, operator, query, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
async function codeOf(token: string, query: string, variables: object = {}): Promise<string | undefined> {
  return (await gqlAs(stack, token, query, variables)).errors?.[0]?.extensions.code;
}

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const createSilence =
  'mutation ($input: SilenceInput!) { createSilence(input: $input) { id state host labels { key value } createdBy endsAt } }';
const endSilence = 'mutation ($id: ID!) { endSilence(id: $id) { id state endedBy } }';
const acknowledge = 'mutation ($id: ID!) { acknowledgeIncident(id: $id) { state acknowledgedBy } }';
const resolve = 'mutation ($id: ID!) { resolveIncident(id: $id) { state resolvedBy resolvedAt } }';
const nobody = '0f8fad5b-d9cb-469f-a165-70867728950e';

async function broken(name: string): Promise<{ machine: Machine; incident: Answer }> {
  const machine = await bootedNow(stack, name);
  await machine.send(shot(100, machine.now()));
  const incident = await incidentThat(stack, `host: "${name}", unit: "${redis}"`, (one) =>
    changesOf(one).includes('OPENED'),
  );
  return { machine, incident };
}

test('somebody_takes_care_of_it_says_that_it_is_over_and_the_next_death_is_another', async () => {
  const { machine, incident } = await broken('tended');
  const { id } = incident;
  expect(await codeOf(viewer, acknowledge, { id })).toBe('access/not-allowed');
  expect(await asOperator(acknowledge, { id })).toEqual({
    acknowledgeIncident: { state: 'ACKNOWLEDGED', acknowledgedBy: 'otto' },
  });
  await asOperator(acknowledge, { id });
  await machine.send(shot(101, machine.now()));
  await incidentThat(stack, 'host: "tended"', (one) => one.count === 2 && changesOf(one).includes('UPDATED'));
  expect(await codeOf(viewer, resolve, { id })).toBe('access/not-allowed');
  expect(await asOperator(resolve, { id })).toMatchObject({
    resolveIncident: { state: 'RESOLVED', resolvedBy: 'otto' },
  });
  const over = await incidentThat(stack, 'host: "tended", state: [RESOLVED]');
  expect(changesOf(over)).toEqual(['OPENED', 'ACKNOWLEDGED', 'UPDATED', 'RESOLVED']);
  expect(over.notices.nodes.map(({ by }: Answer) => by)).toEqual(['otto', null, 'otto', null]);
  expect([await codeOf(operator, resolve, { id }), await codeOf(operator, acknowledge, { id })]).toEqual([
    'incident/over',
    'incident/over',
  ]);
  await machine.send(shot(102, machine.now()));
  const next = await incidentThat(stack, `host: "tended", unit: "${redis}", state: [OPEN]`);
  expect(next).toMatchObject({ count: 1, key: over.key });
});

test('a_host_that_falls_silent_is_an_incident_until_it_is_heard_again', async () => {
  const machine = await bootedNow(stack, 'mute');
  const silent = await incidentThat(stack, 'host: "mute", kind: [SILENT_HOST]', (one) => changesOf(one).length > 0);
  expect(silent).toMatchObject({ severity: 'ERROR', title: 'no word from mute', count: 1, state: 'OPEN' });
  expect(silent.summary).toMatch(/^Nothing has been heard of mute since /);
  let pid = 700;
  // It goes on being heard: a host that is heard once and then not for two seconds is silent again.
  const over = await eventually(async () => {
    await machine.send([described(life(pid++), {})]);
    return (await incidents(stack, 'host: "mute", kind: [SILENT_HOST], state: [RESOLVED]'))[0];
  });
  expect(changesOf(over)).toEqual(['OPENED', 'RESOLVED']);
});

test('what_is_silenced_is_counted_shown_and_not_told_until_it_is_still_there_long_after', async () => {
  const host = 'window';
  const input = { host: ['win*'], unit: ['redis*'], endsAt: inMs(3_600_000), comment: 'we deploy' };
  const { createSilence: silence } = await asOperator(createSilence, { input });
  expect(silence).toMatchObject({ state: 'ACTIVE', host: ['win*'], createdBy: 'otto' });
  const machine = await bootedNow(stack, host);
  await machine.send(shot(100, machine.now()));
  const quiet = await incidentThat(stack, `host: "${host}", unit: "${redis}"`);
  expect(quiet).toMatchObject({ state: 'OPEN', count: 1, silencedBy: { id: silence.id, comment: 'we deploy' } });
  // Another that is not covered is told; when it is, this one would have been.
  await machine.send(shot(200, machine.now(), 'nginx.service'));
  await incidentThat(stack, `host: "${host}", unit: "nginx.service"`, (one) => changesOf(one).includes('OPENED'));
  expect(changesOf((await incidents(stack, `host: "${host}", unit: "${redis}"`))[0])).toEqual([]);
  expect(await asOperator(endSilence, { id: silence.id })).toMatchObject({
    endSilence: { state: 'OVER', endedBy: 'otto' },
  });
  await incidentThat(stack, `host: "${host}", unit: "${redis}"`, (one) => changesOf(one).includes('OPENED'));
  expect(await codeOf(operator, endSilence, { id: silence.id })).toBe('incident/over');
});

test('a_silence_that_makes_no_sense_is_refused_and_nothing_is_stored', async () => {
  const fine = { host: ['a'], endsAt: inMs(60_000), comment: 'why' };
  const bad: object[] = [
    { ...fine, host: [] },
    { ...fine, host: [''] },
    { ...fine, host: ['x'.repeat(256)] },
    { ...fine, host: Array(33).fill('a') },
    { ...fine, comment: ' ' },
    { ...fine, comment: 'x'.repeat(1_025) },
    { ...fine, endsAt: inMs(-1_000) },
    { ...fine, startsAt: inMs(120_000) },
    { ...fine, endsAt: inMs(91 * 86_400_000) },
    { ...fine, startsAt: inMs(400 * 86_400_000), endsAt: inMs(401 * 86_400_000) },
  ];
  const before = await stack.sql`select from silences`;
  for (const input of bad) expect(await codeOf(operator, createSilence, { input })).toBe('incident/bad-silence');
  expect(await codeOf(viewer, createSilence, { input: fine })).toBe('access/not-allowed');
  expect(await codeOf(viewer, endSilence, { id: nobody })).toBe('access/not-allowed');
  expect(await stack.sql`select from silences`).toHaveLength(before.length);
  const ids = [nobody, "' or 1=1", ''];
  for (const id of ids) {
    expect(await codeOf(operator, endSilence, { id })).toBe('incident/unknown-silence');
    expect(await codeOf(operator, resolve, { id })).toBe('incident/unknown');
    expect(await codeOf(operator, acknowledge, { id })).toBe('incident/unknown');
    expect((await stack.gql('query ($id: ID!) { incident(id: $id) { id } }', { id })).data).toEqual({ incident: null });
  }
  expect(await codeOf(operator, '{ incidents(filter: { host: "nowhere" }) { nodes { id } } }')).toBe(
    'incident/unknown-host',
  );
  expect(await codeOf(operator, '{ incidents(after: "x") { nodes { id } } }')).toBe('history/bad-cursor');
});

test('windows_ahead_are_listed_and_can_be_called_off', async () => {
  const labels = [{ key: 'env', value: 'prod' }];
  const input = { labels, startsAt: inMs(3_600_000), endsAt: inMs(7_200_000), comment: 'kernel' };
  const { createSilence: silence } = await asOperator(createSilence, { input });
  expect(silence).toMatchObject({ state: 'FUTURE', labels });
  const ahead = async () => (await stack.gql('{ silences(state: [FUTURE]) { nodes { id } } }')).data.silences.nodes;
  expect(await ahead()).toEqual([{ id: silence.id }]);
  await asOperator(endSilence, { id: silence.id });
  expect(await ahead()).toEqual([]);
});

test('subscribers_are_told_of_each_change_and_pages_follow_each_other', async () => {
  const machine = await bootedNow(stack, 'followed');
  const subscription = stack.subscribe(
    'subscription { incidents(filter: { host: "followed", kind: [DEATH] }) { id unit count state } }',
  );
  const next = subscription.next();
  await eventually(async () => /^whodunit_incident_subscribers 1$/m.test(await (await stack.fetch('/metrics')).text()));
  await machine.send(shot(100, machine.now(), 'a.service'));
  expect((await next).value.data.incidents).toMatchObject({ unit: 'a.service', count: 1, state: 'OPEN' });
  await subscription.dispose();
  for (let n = 0; n < 12; n++) await machine.send(shot(200 + n, machine.now(), 'b.service'));
  const whole = await incidentThat(stack, 'host: "followed", unit: "b.service"', ({ count }) => count === 12);
  const pids: number[] = [];
  let after: string | null = null;
  do {
    const query =
      'query ($id: ID!, $after: String) { incident(id: $id) { deaths(first: 5, after: $after) { nodes { process { pid } restart { recently } } pageInfo { hasNextPage endCursor } } } }';
    const { deaths }: Answer = (await stack.gql(query, { id: whole.id, after })).data.incident;
    pids.push(...deaths.nodes.map(({ process }: Answer) => process.pid));
    after = deaths.pageInfo.hasNextPage ? deaths.pageInfo.endCursor : null;
  } while (after !== null);
  expect(pids).toEqual(Array.from({ length: 12 }, (_, n) => 211 - n));
  const all = await incidents(stack, '');
  const pages: string[] = [];
  do {
    const query =
      'query ($after: String) { incidents(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';
    const { nodes, pageInfo }: Answer = (await stack.gql(query, { after })).data.incidents;
    pages.push(...nodes.map(({ id }: Answer) => id));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  expect(new Set(pages).size).toBe(pages.length);
  expect(pages).toEqual(expect.arrayContaining(all.map(({ id }) => id)));
});
