/** Many small requests to one server over connections that stay open: what an agent or a tool does, at the least cost. */
import { Agent, request } from 'node:http';

export class Client {
  #agent;
  #url;
  #token;

  /** @param {string} url @param {string} token @param {number} connectionsMax */
  constructor(url, token, connectionsMax) {
    this.#url = new URL(url);
    this.#token = token;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
  }

  /**
   * @param {string} path @param {object} [body] @param {string} [token] another than its own
   * @returns {Promise<{ status: number, text: string }>}
   */
  post(path, body = {}, token = this.#token) {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent: this.#agent,
          host: this.#url.hostname,
          port: this.#url.port,
          method: 'POST',
          path,
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          },
        },
        (response) => {
          let answer = '';
          response.setEncoding('utf8').on('data', (part) => (answer += part));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text: answer }));
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  }

  close() {
    this.#agent.destroy();
  }
}
