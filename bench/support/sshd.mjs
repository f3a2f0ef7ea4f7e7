/** An sshd of the bench's own on loopback, with keys of its own, and a client that keeps a connection open. */
import { spawn } from 'node:child_process';
import { mkdirSync, existsSync, rmdirSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryPort } from '../../scripts/free-port.mjs';
import { endChild, run, until } from './processes.mjs';

const daemonPath = '/usr/sbin/sshd';
const privilegeSeparation = '/run/sshd';

/** @throws when it is not installed, saying what to install */
export function requireSshd() {
  if (!existsSync(daemonPath))
    throw new Error(`${daemonPath} is missing: install openssh-server (apt-get install openssh-server).`);
}

/**
 * @param {string} directory @param {import('./cleanups.mjs').Cleanups} cleanups
 * @returns {Promise<{ run: (command: readonly string[], how: { reuse: boolean }) => Promise<unknown> }>}
 */
export async function startSshd(directory, cleanups) {
  const [hostKey, userKey, authorized] = ['ssh-host-key', 'ssh-user-key', 'ssh-authorized'].map((name) =>
    join(directory, name),
  );
  for (const file of [hostKey, userKey]) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${file}`]);
  await copyFile(`${userKey}.pub`, `${authorized}`);
  await chmod(`${authorized}`, 0o600);
  if (!existsSync(privilegeSeparation)) {
    mkdirSync(privilegeSeparation, { mode: 0o755 });
    cleanups.defer(() => rmdirSync(privilegeSeparation));
  }
  const port = `${await tryPort(0, '127.0.0.1')}`;
  const settings = ['ListenAddress=127.0.0.1', 'PidFile=none', 'UsePAM=no', 'StrictModes=no', 'UseDNS=no'];
  const options = [...settings, `AuthorizedKeysFile=${authorized}`].flatMap((setting) => ['-o', setting]);
  const daemon = spawn(daemonPath, ['-D', '-f', '/dev/null', '-p', port, '-h', `${hostKey}`, ...options], {
    stdio: 'ignore',
  });
  cleanups.defer(() => endChild(daemon));

  const socket = join(directory, 'ssh-socket');
  const common = ['-F', '/dev/null', '-i', `${userKey}`, '-p', port, '-o', 'LogLevel=ERROR'];
  const trust = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes'];
  const client = [...common, ...trust];
  const anew = (/** @type {readonly string[]} */ command) => run('ssh', [...client, '127.0.0.1', ...command]);
  const answers = () => anew(['true']).then(Boolean, () => false);
  await until('sshd answers', answers, 10_000);
  const keep = ['-o', 'ControlMaster=yes', '-o', `ControlPath=${socket}`, '-N'];
  const master = spawn('ssh', [...client, ...keep, '127.0.0.1'], { stdio: 'ignore' });
  cleanups.defer(() => endChild(master));
  const reuse = ['-o', `ControlPath=${socket}`];
  const isOpen = () => run('ssh', [...client, ...reuse, '-O', 'check', '127.0.0.1']).then(Boolean, () => false);
  await until('the connection is open', isOpen, 10_000);
  return {
    run: (command, how) => (how.reuse ? run('ssh', [...client, ...reuse, '127.0.0.1', ...command]) : anew(command)),
  };
}
