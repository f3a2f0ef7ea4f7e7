/**
 * `/acknowledge`: pages for people who come by the link of a message. Looking at one changes nothing, since whatever shows previews of
 * links looks at them; its button does. The link is what opens it, so it takes no token.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AcknowledgeService } from '../incident/acknowledge.service.js';
import { failurePage, incidentPage, pageHeaders } from '../incident/acknowledge-page.js';
import { Failure } from '../platform/errors.js';
import type { IncidentRow } from '../store/incident.rows.js';
import type { Locale } from '../verdict/index.js';

export const acknowledgePath = '/acknowledge';
const formBytesMax = 1_024;

export function serveAcknowledgements(fastify: FastifyInstance, service: AcknowledgeService): void {
  void fastify.register(async (pages) => {
    // What the button sends is empty; nothing else here takes forms.
    pages.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: formBytesMax },
      (_request, _body, done) => done(null, null),
    );
    pages.get(acknowledgePath, (request, reply) => answer(request, reply, (link) => service.look(link)));
    pages.post(acknowledgePath, (request, reply) => answer(request, reply, (link) => service.acknowledge(link)));
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  open: (link: string) => Promise<IncidentRow>,
): Promise<FastifyReply> {
  const { link } = request.query as { link?: unknown };
  const locale: Locale = request.headers['accept-language']?.startsWith('zh') ? 'ZH' : 'EN';
  void reply.headers(pageHeaders);
  try {
    const incident = await open(typeof link === 'string' ? link : '');
    return await reply.send(incidentPage(incident, locale));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.retryAfterSeconds) void reply.header('retry-after', error.retryAfterSeconds);
    return reply.status(error.status).send(failurePage(error, locale));
  }
}
