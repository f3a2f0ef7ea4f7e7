/** How a program of ours ends: on SIGTERM, SIGINT, or when the launcher that started it is gone. */
import type { Logger } from './logger.js';

const drainMsMax = 10_000;

/**
 * Runs `close` once, however the end is asked for, then exits: 0 when all was closed in time, 1 otherwise.
 * A program that a launcher started has an IPC channel; its end means that the launcher died.
 */
export function closeOnSignals(logger: Logger, close: () => Promise<void>): void {
  let closing = false;
  const end = (why: string) => {
    if (closing) return;
    closing = true;
    logger.info({ why }, 'stopping');
    const timer = setTimeout(() => {
      logger.error('not everything could be closed in time');
      process.exit(1);
    }, drainMsMax);
    close().then(
      () => {
        clearTimeout(timer);
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'closing failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  if (process.channel) process.on('disconnect', () => end('the launcher is gone'));
}
