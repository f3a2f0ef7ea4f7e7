/** The process of the simulated agents: see agents.mjs. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { Client } from './client.mjs';

const enrollingAtOnce = 16;
/** Each real agent has a connection of its own; so many share theirs here. */
const connections = 128;
const bootedAt = '2026-11-20T08:00:00.000Z';
const nothing = { steps: [], before: {}, after: {}, actors: [] };
const init = { pid: 1, start: '0' };
const worker = { pid: 200, start: '200000000' };

let received = 0;

const [options] = await once(process, 'message');
const { url, adminToken, hosts } = options;
const client = new Client(url, adminToken, connections);
const left = Array.from({ length: hosts }, (_, number) => `host-${number}`);
/** @type {string[]} */
const names = [];
await Promise.all(
  Array.from({ length: enrollingAtOnce }, async () => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      await startAgent(name);
      names.push(name);
    }
  }),
);
process.send?.(names);
await once(process, 'message');
process.send?.(received, () => process.exit(0));

/** @param {string} name */
async function startAgent(name) {
  const { token } = await answered('/v1/enroll-tokens', {}, adminToken, 201);
  const machineId = createHash('md5').update(name).digest('hex');
  const { credential } = await answered('/v1/enroll', { machineId, name }, token, 201);
  const user = { uid: 1000, name: 'alice' };
  const life = (/** @type {object} */ ref, /** @type {string} */ comm) => {
    return {
      kind: 'process',
      at: '300000000',
      ...ref,
      origin: 'snapshot',
      comm,
      args: [comm],
      exe: `/usr/bin/${comm}`,
      user,
    };
  };
  const start = { version: '0.1.0', rung: 'ebpf', blindSpots: [], kernel: '6.18.0', arch: 'x64', resumed: false };
  const events = [
    { kind: 'agent_start', at: '100000000', ...start },
    life(init, 'systemd'),
    { ...life(worker, 'worker'), parent: init, cgroup: '/user.slice' },
  ];
  const batch = { version: 1, epoch: randomUUID(), sequence: 1, bootId: randomUUID(), bootedAt, events };
  await answered('/v1/batches', batch, credential, 200);
  await listen(credential);
}

/** @param {string} path @param {object} body @param {string} token @param {number} wanted status */
async function answered(path, body, token, wanted) {
  const { status, text } = await client.post(path, body, token);
  if (status !== wanted) throw new Error(`${path}: status ${status}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

/** @param {string} credential */
async function listen(credential) {
  const sent = request(`${url}/v1/commands`, { headers: { authorization: `Bearer ${credential}` }, agent: false });
  sent.end();
  const [response] = await once(sent, 'response');
  if (response.statusCode !== 200) throw new Error(`a stream was refused: ${response.statusCode}`);
  let text = '';
  response.setEncoding('utf8').on('data', (/** @type {string} */ part) => {
    text += part;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text
        .slice(0, end)
        .split('\n')
        .find((line) => line.startsWith('data: '));
      text = text.slice(end + 2);
      if (data) void carryOut(data.slice(6), credential);
    }
  });
}

/** @param {string} data @param {string} credential */
async function carryOut(data, credential) {
  received += 1;
  const command = JSON.parse(Buffer.from(JSON.parse(data).payload, 'base64').toString('utf8'));
  const report = { version: 1, command: command.id, bootId: command.bootId, ...nothing };
  await answered(
    '/v1/reports',
    { ...report, state: 'ACCEPTED', detail: 'about to act', at: '400000000' },
    credential,
    204,
  );
  const done = {
    state: 'SUCCEEDED',
    detail: 'pid 200 has ended.',
    at: '500000000',
    steps: [{ at: '450000000', text: 'SIGTERM to pid 200', ok: true }],
    before: { alive: true },
    after: { alive: false },
    actors: [{ pid: 300, start: '300000000' }],
  };
  await answered('/v1/reports', { ...report, ...done }, credential, 204);
}
