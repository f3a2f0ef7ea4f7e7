/** What belongs to deliveries and routes, for a whole page of them in one statement each. */
import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { DeliveryStore, type AttemptRow } from '../store/delivery.store.js';
import { ReceiverStore, type ReceiverRow } from '../store/receiver.store.js';

const attemptsShown = 20;

/** Remembers nothing beyond one turn of the event loop. */
@Injectable()
export class DeliveryLoaders {
  readonly receivers: DataLoader<string, ReceiverRow>;
  readonly attempts: DataLoader<string, AttemptRow[]>;

  constructor(receivers: ReceiverStore, deliveries: DeliveryStore) {
    const options = { cache: false } as const;
    this.receivers = new DataLoader(async (ids) => {
      const byId = new Map((await receivers.all()).map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id)!);
    }, options);
    this.attempts = new DataLoader(async (ids) => {
      const rows = await deliveries.attempts([...new Set(ids)], attemptsShown);
      return ids.map((id) => rows.filter(({ message_id }) => message_id === id));
    }, options);
  }
}
