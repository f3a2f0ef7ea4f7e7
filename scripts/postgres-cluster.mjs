/** Makes a database cluster once, so that a crash in the middle leaves nothing that looks like one. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * @param {import('./postgres-home.mjs').Home & { roleName: string, password: string, log: (line: string) => void }} options
 */
export async function initialiseCluster({ user, binaries, cluster, roleName, password, log }) {
  const keyFile = join(dirname(cluster), 'belongs-to');
  const key = createHash('sha256').update(password).digest('hex');
  if (existsSync(cluster)) {
    if ((await readFile(keyFile, 'utf8').catch(() => '')) === key) return;
    await setAside(cluster, log);
  }
  log('making an empty database (first start)');
  const partial = `${cluster}.partial`;
  await rm(partial, { recursive: true, force: true });
  await runInitdb({ user, binaries, cluster: partial, roleName, password });
  await writeFile(keyFile, key, { mode: 0o600 });
  await rename(partial, cluster);
}

/**
 * The cluster was made with another password: a deleted checkout was at this path, or `password` was deleted. Its
 * data may be wanted, so it is kept.
 * @param {string} cluster
 * @param {(line: string) => void} log
 */
async function setAside(cluster, log) {
  const kept = `${cluster}.old-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  await rename(cluster, kept);
  log(`found the data of an earlier Whodunit, whose password is gone; kept as ${kept}, delete it if nobody needs it`);
}

/**
 * @param {{ user: import('./postgres-home.mjs').ServerUser, binaries: string, cluster: string, roleName: string,
 *   password: string }} options
 */
async function runInitdb({ user, binaries, cluster, roleName, password }) {
  const passwordFile = `${cluster}.password`;
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  const access = [`--username=${roleName}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  try {
    const args = ['-D', cluster, ...locale, ...access, '--data-checksums', '--no-instructions'];
    await promisify(execFile)(join(binaries, 'bin/initdb'), args, {
      ...user,
      cwd: '/',
      env: { TZ: 'UTC', PATH: '/usr/bin:/bin' },
    });
  } catch (error) {
    const { stderr } = /** @type {{ stderr?: string }} */ (error);
    throw new Error(`Making the database failed: ${stderr?.trim() || error}`, { cause: error });
  } finally {
    await rm(passwordFile, { force: true });
  }
}
