/**
 * One-shot service of docker-compose.yml: asks the API for a one-use enrolment token and leaves it for the agent in the
 * volume that the two share. Does nothing when the agent has its credential.
 */
import { access, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const { WHODUNIT_API_URL: api, WHODUNIT_STATE_DIR: state, WHODUNIT_AGENT_STATE_DIR: agent } = process.env;
if (!api || !state || !agent) {
  throw new Error('WHODUNIT_API_URL, WHODUNIT_STATE_DIR and WHODUNIT_AGENT_STATE_DIR are needed.');
}

const enrolled = await access(path.join(agent, 'credential')).then(
  () => true,
  () => false,
);
if (!enrolled) {
  const adminToken = (await readFile(path.join(state, 'admin-token'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${adminToken}` };
  const reply = await fetch(new URL('/v1/enroll-tokens', api), { method: 'POST', headers });
  const body = await reply.json();
  if (!reply.ok) throw new Error(`The API refused: ${body.detail}`);
  await writeFile(path.join(agent, 'enroll-token'), `${body.token}\n`, { mode: 0o600 });
}
