/** The life of a program of ours: configuration, start, wait for the end, close. */
import { readEnv, type Env } from './env.js';
import { closeOnSignals } from './lifecycle.js';
import { createLogger, type Logger } from './logger.js';

export interface Running {
  close(): Promise<void>;
}

/** Exit status: 2 for a bad environment, 1 when it could not start. A launcher is told `{ type: 'ready' }`. */
export async function runProgram(name: string, start: (env: Env, logger: Logger) => Promise<Running>): Promise<void> {
  const env = readEnvOrExit();
  const logger = createLogger(env, name);
  try {
    const running = await start(env, logger);
    closeOnSignals(logger, () => running.close());
    process.send?.({ type: 'ready' });
    logger.info('started');
  } catch (error) {
    logger.fatal({ err: error }, (error as Error).message);
    process.exit(1);
  }
}

function readEnvOrExit(): Env {
  try {
    return readEnv();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}
