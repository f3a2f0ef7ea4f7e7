import fastify from 'fastify';
import { expect, test } from 'vitest';
import { keepRawBodies } from './raw-body.js';

function server() {
  const app = fastify();
  keepRawBodies(app);
  app.post('/*', async (request) => ({ body: request.body, raw: request.rawBody?.toString() ?? null }));
  return app;
}

const send = (url: string, payload: string) =>
  server().inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } });

test('hooks_keep_the_bytes_as_they_came_and_nothing_else_does', async () => {
  const text = '{ "name" : "é" }';
  expect((await send('/v1/hooks/generic', text)).json()).toEqual({ body: { name: 'é' }, raw: text });
  expect((await send('/v1/batches', text)).json()).toEqual({ body: { name: 'é' }, raw: null });
});

test.each(['', '{', '{"__proto__":{}}'])('refuses_%j_as_before', async (text) => {
  expect((await send('/v1/hooks/generic', text)).statusCode).toBe(400);
});
