/** The `incidents` subscription. */
import { Inject, Injectable } from '@nestjs/common';
import { Feed } from '../platform/feed.js';
import type { Logger } from '../platform/logger.js';
import { metrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import type { IncidentRow } from '../store/incident.rows.js';
import { IncidentStore, type IncidentCriteria } from '../store/incident.store.js';
import { Notifications } from '../store/notifications.js';

@Injectable()
export class IncidentFeed extends Feed<IncidentCriteria, string, IncidentRow> {
  constructor(incidents: IncidentStore, notifications: Notifications, @Inject(LOGGER) logger: Logger) {
    const source = {
      name: 'incidents',
      subscribers: metrics.incidentSubscribers,
      listen: notifications.onIncidents.bind(notifications),
      matching: incidents.matching.bind(incidents),
    };
    super(source, logger);
  }
}
