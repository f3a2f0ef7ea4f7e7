/** Holds command streams over bare sockets, so that what they cost here is little: see ../streams.mjs. */
import { once } from 'node:events';
import { connect } from 'node:net';

/** Of one source address: a connection needs a port of its own. */
const perAddress = 5_000;
const openingAtOnce = 64;

/** @type {Map<number, number>} commands by stream */
const commands = new Map();

process.on('message', (/** @type {any} */ what) => {
  if (what === 'reached') process.send?.(commands.size);
  else if (what === 'received') process.send?.([...commands.values()].reduce((sum, many) => sum + many, 0));
  else void openAll(what).then(() => process.send?.('open'));
});

/** @param {{ url: string, credentials: readonly string[], address: number }} options */
async function openAll({ url, credentials, address }) {
  const { hostname, port } = new URL(url);
  let next = 0;
  const open = async () => {
    for (let n = next++; n < credentials.length; n = next++) {
      const localAddress = `127.0.${address}.${1 + Math.floor(n / perAddress)}`;
      const socket = connect({ host: hostname, port: Number(port), localAddress });
      socket.on('error', (error) => fail(error.message));
      socket.on('close', () => fail('a stream was closed'));
      socket.write(
        `GET /v1/commands HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${credentials[n]}\r\n\r\n`,
      );
      const [head] = await once(socket, 'data');
      if (!`${head}`.startsWith('HTTP/1.1 200')) fail(`${head}`);
      listen(socket, n, `${head}`);
    }
  };
  await Promise.all(Array.from({ length: openingAtOnce }, open));
}

/** @param {import('node:net').Socket} socket @param {number} n @param {string} begun */
function listen(socket, n, begun) {
  let text = begun;
  const count = () => {
    const found = text.split('event: command\n').length - 1;
    if (found > 0) commands.set(n, (commands.get(n) ?? 0) + found);
    // A word may be cut in two.
    text = text.slice(text.lastIndexOf('\n') + 1);
  };
  count();
  socket.setEncoding('utf8').on('data', (part) => {
    text += part;
    count();
  });
}

/** @param {string} message */
function fail(message) {
  console.error(`streams: ${message}`);
  process.exit(1);
}
