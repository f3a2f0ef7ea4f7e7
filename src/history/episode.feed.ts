/** The `episodes` subscription. */
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../platform/logger.js';
import { metrics } from '../platform/metrics.js';
import { LOGGER } from '../platform/platform.tokens.js';
import { EpisodeStore, type EpisodeCriteria } from '../store/episode.store.js';
import { Notifications } from '../store/notifications.js';
import type { EpisodeKey, EpisodeRow } from '../store/rows.js';
import { Feed } from '../platform/feed.js';

@Injectable()
export class EpisodeFeed extends Feed<EpisodeCriteria, EpisodeKey, EpisodeRow> {
  constructor(episodes: EpisodeStore, notifications: Notifications, @Inject(LOGGER) logger: Logger) {
    const source = {
      name: 'episodes',
      subscribers: metrics.episodeSubscribers,
      listen: notifications.onEpisodes.bind(notifications),
      matching: episodes.matching.bind(episodes),
    };
    super(source, logger);
  }
}
