/** The `deaths` subscription. */
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../platform/logger.js';
import { metrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import type { DeathCriteria } from '../store/death.criteria.js';
import { DeathStore } from '../store/death.store.js';
import { Notifications } from '../store/notifications.js';
import type { DeathRow, LifeKey } from '../store/rows.js';
import { Feed } from '../platform/feed.js';

@Injectable()
export class DeathFeed extends Feed<DeathCriteria, LifeKey, DeathRow> {
  constructor(deaths: DeathStore, notifications: Notifications, @Inject(LOGGER) logger: Logger) {
    const source = {
      name: 'deaths',
      subscribers: metrics.deathSubscribers,
      listen: notifications.onDeaths.bind(notifications),
      matching: deaths.matching.bind(deaths),
    };
    super(source, logger);
  }
}
