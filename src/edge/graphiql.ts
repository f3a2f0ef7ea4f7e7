/** GraphiQL, served from here: no page of ours loads anything from elsewhere. */
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const require = createRequire(import.meta.url);
const ours = path.join(import.meta.dirname, 'graphiql');
const packageRoot = (name: string) => path.dirname(require.resolve(`${name}/package.json`));

const files: Readonly<Record<string, { readonly file: () => string; readonly type: string }>> = {
  'page.js': { file: () => path.join(ours, 'page.js'), type: 'text/javascript' },
  'page.css': { file: () => path.join(ours, 'page.css'), type: 'text/css' },
  'graphiql.min.js': { file: () => path.join(packageRoot('graphiql'), 'graphiql.min.js'), type: 'text/javascript' },
  'graphiql.min.css': { file: () => path.join(packageRoot('graphiql'), 'graphiql.min.css'), type: 'text/css' },
  'react.production.min.js': { file: () => reactFile('react'), type: 'text/javascript' },
  'react-dom.production.min.js': { file: () => reactFile('react-dom'), type: 'text/javascript' },
};

/** Scripts and styles of this origin only; GraphiQL needs inline styles. */
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; connect-src 'self' ws: wss:";

/** A browser that opens /graphql, as opposed to a client that sends a query there. */
export function isGraphiqlPage(request: FastifyRequest): boolean {
  const [pathname, query] = request.url.split('?', 2);
  const wantsPage = request.headers.accept?.includes('text/html') ?? false;
  return (
    pathname === '/graphql' && request.method === 'GET' && wantsPage && !/(^|&)(query|extensions)=/.test(query ?? '')
  );
}

export function serveGraphiql(fastify: FastifyInstance): void {
  fastify.addHook('preHandler', async (request, reply) => {
    if (!isGraphiqlPage(request)) return;
    void reply.headers({ 'content-security-policy': policy, 'x-content-type-options': 'nosniff' }).type('text/html');
    return reply.send(createReadStream(path.join(ours, 'page.html')));
  });
  fastify.get<{ Params: { name: string } }>('/graphiql/:name', async (request, reply) => {
    const entry = Object.hasOwn(files, request.params.name) ? files[request.params.name] : undefined;
    if (!entry) return reply.callNotFound();
    void reply.header('x-content-type-options', 'nosniff').header('cache-control', 'max-age=3600').type(entry.type);
    return reply.send(createReadStream(entry.file()));
  });
}

function reactFile(name: 'react' | 'react-dom'): string {
  return path.join(packageRoot(name), 'umd', `${name}.production.min.js`);
}
