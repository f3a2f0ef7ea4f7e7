/** Jobs in tests: hosts with a service on them, people with tokens, and what is asked most often. */
import type { Event } from '../../src/contract/index.js';
import type { Role } from '../../src/platform/principal.js';
import { agentStart, described, init, life } from './events.js';
import { eventually } from './eventually.js';
import type { TestHost } from './host.js';
import type { Answer, GraphqlReply, Stack } from './stack.js';

export const unit = 'redis-server.service';
export const serviceCgroup = `/system.slice/${unit}`;

/** systemd, a service of it (pid 100), a process of nobody's (pid 200), both alive. */
export const fleetEvents: readonly Event[] = [
  agentStart(1),
  described(init, { comm: 'systemd', origin: 'snapshot', exe: '/usr/lib/systemd/systemd' }),
  described(life(100), { comm: 'redis-server', parent: init, unit, cgroup: serviceCgroup }),
  described(life(200), { comm: 'worker', parent: init, cgroup: '/user.slice' }),
];

export async function enrollWithService(stack: Stack, name: string): Promise<TestHost> {
  const host = await stack.enroll(name);
  const reply = await host.send(fleetEvents);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return host;
}

/** All that asking for jobs takes of a running API. */
export type JobApi = Pick<Stack, 'adminToken' | 'fetch' | 'gql'>;

export async function tokenFor(stack: Pick<Stack, 'fetch'>, name: string, role: Role): Promise<string> {
  const reply = await stack.fetch('/v1/api-tokens', { method: 'POST', body: JSON.stringify({ name, role }) });
  return ((await reply.json()) as { token: string }).token;
}

export async function gqlAs(
  stack: Pick<Stack, 'fetch'>,
  token: string,
  query: string,
  variables?: object,
): Promise<GraphqlReply> {
  const body = JSON.stringify({ query, variables });
  const reply = await stack.fetch('/graphql', { method: 'POST', body, token });
  const { data, errors } = (await reply.json()) as GraphqlReply;
  return { status: reply.status, data, errors };
}

export const jobFields = `{ id action state dryRun detail code reason requestedBy approvalsNeeded
  plan { digest risk warnings targets { host bootId wave manager service pid start cgroup signal { name } steps zombies } }
  objections { code text } approvals { approvedBy planDigest }
  executions { id state wave detail code host { name } steps { text ok } before { name value } after { name value } }
  trail { kind actor detail } }`;

export const requestJob = `mutation ($input: JobInput!) { requestJob(input: $input) ${jobFields} }`;

/** @throws Error that quotes the errors, if there are any. */
export async function request(stack: JobApi, input: object, token = stack.adminToken): Promise<Answer> {
  const { data, errors } = await gqlAs(stack, token, requestJob, { input: { reason: 'a test', ...input } });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.requestJob;
}

export async function job(stack: JobApi, id: string): Promise<Answer> {
  const { data, errors } = await stack.gql(`query ($id: ID!) { job(id: $id) ${jobFields} }`, { id });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.job;
}

/** @throws Error that quotes the job when it does not come to that. */
export async function inState(stack: JobApi, id: string, state: string, boundMs?: number): Promise<Answer> {
  let last: Answer;
  const isThere = async () => {
    last = await job(stack, id);
    return last.state === state;
  };
  await eventually(isThere, boundMs).catch(() => {
    throw new Error(`The job is not ${state}: ${JSON.stringify(last)}`);
  });
  return last;
}

/** Observations of an execution, by their names. */
export function factsOf(list: readonly { readonly name: string; readonly value: string }[]) {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}
