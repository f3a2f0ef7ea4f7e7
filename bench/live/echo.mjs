/** The reference's other side: sends back whatever comes over a WebSocket, in a process of its own. */
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket) => socket.on('message', (message) => socket.send(message, { binary: false })));
server.on('listening', () => process.send?.(/** @type {import('node:net').AddressInfo} */ (server.address()).port));
