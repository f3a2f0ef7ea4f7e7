/**
 * Many small requests to one server over connections that stay open: what an agent or a tool does, at the least cost. In production
 * they run elsewhere; here they share the processors with what is measured, so this speaks no more HTTP than it has to.
 */
import { connect } from 'node:net';

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} text
 *
 * @typedef {object} Waiting
 * @property {string} text the whole request
 * @property {(answer: Answer) => void} resolve
 * @property {(error: Error) => void} reject
 */

export class Client {
  #host;
  #port;
  #token;
  #connectionsMax;
  /** @type {Connection[]} */
  #all = [];
  /** @type {Connection[]} */
  #idle = [];
  /** @type {Waiting[]} */
  #waiting = [];

  /** @param {string} url @param {string} token @param {number} connectionsMax */
  constructor(url, token, connectionsMax) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
    this.#token = token;
    this.#connectionsMax = connectionsMax;
  }

  /**
   * @param {string} path @param {object} [body] @param {string} [token] another than its own
   * @returns {Promise<Answer>}
   */
  post(path, body = {}, token = this.#token) {
    const json = JSON.stringify(body);
    const text =
      `POST ${path} HTTP/1.1\r\nhost: ${this.#host}:${this.#port}\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject });
      this.#next();
    });
  }

  close() {
    for (const connection of this.#all) connection.end();
  }

  #next() {
    if (this.#waiting.length === 0) return;
    const connection = this.#idle.pop() ?? (this.#all.length < this.#connectionsMax ? this.#open() : undefined);
    const wanted = connection && this.#waiting.shift();
    if (wanted) connection.send(wanted);
  }

  #open() {
    const connection = new Connection(this.#host, this.#port, () => {
      this.#idle.push(connection);
      this.#next();
    });
    this.#all.push(connection);
    return connection;
  }
}

/** One request at a time; answers have a length, or no body. */
class Connection {
  #socket;
  #onIdle;
  #text = '';
  /** @type {Waiting | undefined} */
  #asked;

  /** @param {string} host @param {number} port @param {() => void} onIdle */
  constructor(host, port, onIdle) {
    this.#onIdle = onIdle;
    this.#socket = connect({ host, port, noDelay: true }).setEncoding('latin1');
    this.#socket.on('data', (/** @type {string} */ part) => this.#take(part));
    this.#socket.on('error', (error) => this.#asked?.reject(error));
    this.#socket.on('close', () => this.#asked?.reject(new Error('The server closed a connection.')));
  }

  /** @param {Waiting} asked */
  send(asked) {
    this.#asked = asked;
    this.#socket.write(asked.text);
  }

  end() {
    this.#socket.destroy();
  }

  /** @param {string} part of what came, a character a byte */
  #take(part) {
    this.#text += part;
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#text.slice(0, head))?.[1] ?? 0);
    if (this.#text.length < head + 4 + length) return;
    const status = Number(this.#text.slice(9, 12));
    const text = Buffer.from(this.#text.slice(head + 4), 'latin1').toString('utf8');
    const asked = this.#asked;
    this.#text = '';
    this.#asked = undefined;
    asked?.resolve({ status, text });
    this.#onIdle();
  }
}
