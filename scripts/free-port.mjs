/** Whether the API will get its port: looked at before anything else is started. */
import { createServer } from 'node:net';

/**
 * @param {{ port: number, listen: string }} options port 0 for any
 * @returns {Promise<number>} the port
 */
export async function requireFreePort({ port, listen }) {
  try {
    return await tryPort(port, listen);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new Error(sentence(code ?? message, port, listen), { cause: error });
  }
}

/** @param {string} code @param {number} port @param {string} listen */
function sentence(code, port, listen) {
  const another = port > 60_000 ? 4001 : port + 1;
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken by another program. Use another one: PORT=${another} npm start`;
  if (code === 'EACCES') return `Port ${port} is only for root. Use a higher one: PORT=4000 npm start`;
  return `Cannot listen on ${listen}:${port} (${code}). Check WHODUNIT_LISTEN and PORT.`;
}

/** @param {number} port @param {string} host @returns {Promise<number>} */
export function tryPort(port, host) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host, port, exclusive: true }, () => {
      const address = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(address.port));
    });
  });
}
