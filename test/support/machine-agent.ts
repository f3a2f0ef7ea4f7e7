/** The real agent as a service of a booted machine, which is what it is on a host; the API is outside. */
import { dirname, resolve } from 'node:path';
import { enrollToken } from './host.js';
import { offerPort } from './loopback.js';
import type { Machine } from './machine.js';
import type { Stack } from './stack.js';

const root = resolve(import.meta.dirname, '../..');
/** What the agent needs of this host: a Node, its own bundle, and the one library that is not in it. */
export const agentBinds: readonly string[] = [
  `${process.execPath}:/opt/whodunit/node`,
  `${root}/dist/agent:/opt/whodunit/agent`,
  `${dirname(resolve(root, 'node_modules/koffi'))}:/opt/whodunit/node_modules`,
].map((bind) => `--bind-ro=${bind}`);

/** Booted with `agentBinds`. @param name of its service @returns stops it */
export async function startAgentIn(
  machine: Machine,
  api: Pick<Stack, 'fetch'> & { readonly port: number },
  name: string,
): Promise<() => Promise<void>> {
  const closePort = await offerPort(machine.leader(), api.port);
  const directory = `/var/lib/${name}`;
  machine.run('sh', '-c', `umask 077; mkdir ${directory}; echo ${await enrollToken(api)} > ${directory}.token`);
  const options = ['--api', `http://127.0.0.1:${api.port}`, '--state-dir', directory, '--sensor', 'procfs'];
  const program = ['/opt/whodunit/node', '/opt/whodunit/agent/whodunit-agent.mjs', 'run', '--no-config'];
  const token = ['--enroll-token-file', `${directory}.token`];
  machine.run('systemd-run', `--unit=${name}`, ...program, ...options, ...token);
  return async () => {
    machine.run('systemctl', 'stop', name);
    await closePort();
  };
}
