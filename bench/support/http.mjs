/** A POST over a connection that is kept, timed: fetch() would cost more than what is measured. */
import { request } from 'node:http';

/**
 * @param {string} url @param {object | Buffer} body a buffer is gzip
 * @param {{ agent: import('node:http').Agent, authorization: string }} how
 * @returns {Promise<{ ms: number, status: number | undefined, text: string }>}
 */
export function post(url, body, { agent, authorization }) {
  return new Promise((resolve, reject) => {
    const isGzip = Buffer.isBuffer(body);
    const bytes = isGzip ? body : Buffer.from(JSON.stringify(body));
    const headers = {
      ...{ authorization, 'content-type': 'application/json', 'content-length': bytes.length },
      ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
    };
    const begin = performance.now();
    const asking = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => resolve({ ms: performance.now() - begin, status: response.statusCode, text }));
    });
    asking.on('error', reject).end(bytes);
  });
}
