/** The state directory: ours alone to read, and of one launcher at a time. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';

/**
 * Makes it and takes the lock, which lasts as long as this process.
 * @param {string} stateDir
 */
export async function takeStateDir(stateDir) {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Error(`The state directory cannot be made (${message}). Name another: WHODUNIT_STATE_DIR=DIR npm start.`);
  }
  await refuseForeignFiles(stateDir);
  await lock(stateDir);
  for (const name of ['logs', 'agent']) await mkdir(join(stateDir, name), { recursive: true, mode: 0o700 });
}

/**
 * After `sudo npm start`, files in here belong to root, and an ordinary user would fail on them one by one, later.
 * @param {string} stateDir
 */
async function refuseForeignFiles(stateDir) {
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) return;
  const inside = await readdir(stateDir).catch(() => []);
  const deeper = await Promise.all(
    ['agent', 'logs', 'postgres'].map(async (name) =>
      (await readdir(join(stateDir, name)).catch(() => [])).map((file) => join(name, file)),
    ),
  );
  for (const path of [stateDir, ...[...inside, ...deeper.flat()].map((name) => join(stateDir, name))]) {
    const owner = (await stat(path).catch(() => null))?.uid ?? uid;
    if (owner === uid) continue;
    const short = relative(process.cwd(), stateDir) || stateDir;
    throw new Error(
      `${path} belongs to user ${owner}, perhaps after \`sudo npm start\`. ` +
        `Give it back (sudo chown -R $(id -u):$(id -g) ${short}) or use another directory (WHODUNIT_STATE_DIR=DIR npm start).`,
    );
  }
}

/**
 * An abstract socket named after the directory's inode: taken in one step, and the kernel lets go of it however this
 * process ends. (Node has no flock.)
 * @param {string} stateDir
 * @returns {Promise<void>}
 */
async function lock(stateDir) {
  if (process.platform !== 'linux') return;
  const { dev, ino } = await stat(stateDir);
  const server = createServer((socket) => socket.end(`${process.pid}`));
  await new Promise((resolve, reject) => {
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      const inUse = `Another \`npm start\` uses ${stateDir}. Stop it, or start with WHODUNIT_STATE_DIR=DIR PORT=4001 npm start.`;
      reject(error.code === 'EADDRINUSE' ? new Error(inUse) : error);
    });
    server.listen(`\0whodunit-launcher-${dev}-${ino}`, () => resolve(0));
  });
  server.unref();
}
