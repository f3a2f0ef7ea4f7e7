import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../contract/index.js';
import type { Logger } from '../platform/logger.js';
import { sendProblem } from './problem.js';

type Answer = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

/** Nest would rewrap what Fastify refuses (a bomb, no JSON) and lose its code on the way: answered here instead. */
export class ProblemAdapter extends FastifyAdapter {
  private readonly answer: Answer;

  constructor(logger: Logger) {
    const answer: Answer = (error, request, reply) => sendProblem(error, request, reply, logger);
    super({ bodyLimit: limits.requestBytesMax, forceCloseConnections: 'idle', frameworkErrors: answer as never });
    this.answer = answer;
  }

  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return super.setErrorHandler(this.answer as never);
  }
}
