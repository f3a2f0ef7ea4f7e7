/** Starts the worker's part of incidents: it listens for troubles, and watches what comes with time. */
import type { INestApplicationContext } from '@nestjs/common';
import { coalesced } from '../platform/together.js';
import type { Logger } from '../platform/logger.js';
import type { JobHandlers } from '../queue/jobs.js';
import { Notifications } from '../store/notifications.js';
import { WatchService } from './watch.service.js';

export interface IncidentWorker {
  readonly handlers: Pick<JobHandlers, 'watch-incidents'>;
  close(): Promise<void>;
}

export async function startIncidents(app: INestApplicationContext, logger: Logger): Promise<IncidentWorker> {
  const watch = app.get(WatchService);
  const group = coalesced(() => watch.group());
  const listener = await app.get(Notifications).onTroubles(() => {
    group().catch((error: unknown) =>
      logger.error({ err: error }, 'troubles could not be grouped; the queue will try again'),
    );
  });
  return {
    handlers: {
      'watch-incidents': () => watch.watch(),
    },
    close: () => listener.stop().catch(() => undefined),
  };
}
