/** Logs: pino, JSON lines on standard output, secrets redacted. Nest writes through the same logger. */
import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import type { Env } from './env.js';

export type { Logger };

export function createLogger(env: Pick<Env, 'logLevel'>, program: string): Logger {
  return pino({
    level: env.logLevel,
    base: { program, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['req.headers.authorization', 'authorization', '*.credential', '*.token'], censor: '[redacted]' },
  });
}

/** Nest's own messages; its start-up chatter is for debugging. */
export function nestLogger(logger: Logger): LoggerService {
  const text = (message: unknown) => (message instanceof Error ? (message.stack ?? message.message) : String(message));
  return {
    log: (message, context) => logger.debug({ context: text(context) }, text(message)),
    debug: (message, context) => logger.debug({ context: text(context) }, text(message)),
    verbose: (message, context) => logger.trace({ context: text(context) }, text(message)),
    warn: (message, context) => logger.warn({ context: text(context) }, text(message)),
    error: (message, stack, context) => logger.error({ context: text(context), stack }, text(message)),
    fatal: (message, context) => logger.fatal({ context: text(context) }, text(message)),
  };
}
