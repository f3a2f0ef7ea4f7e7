/** The `audits` subscription. */
import { Inject, Injectable } from '@nestjs/common';
import { Feed } from '../platform/feed.js';
import type { Logger } from '../platform/logger.js';
import { metrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import type { AuditProgressRow } from '../store/audit.rows.js';
import { AuditStore, type AuditCriteria } from '../store/audit.store.js';
import { Notifications } from '../store/notifications.js';

@Injectable()
export class AuditFeed extends Feed<AuditCriteria, string, AuditProgressRow> {
  constructor(audits: AuditStore, notifications: Notifications, @Inject(LOGGER) logger: Logger) {
    const source = {
      name: 'audits',
      subscribers: metrics.auditSubscribers,
      listen: notifications.onAudits.bind(notifications),
      matching: audits.matching.bind(audits),
    };
    super(source, logger);
  }
}
