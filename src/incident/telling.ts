/** From notices and routes to deliveries. Pure but for the ids. */
import { randomUUID } from 'node:crypto';
import type { NewDelivery, Telling } from '../store/delivery.store.js';
import { readNotice } from './notice-json.js';
import { toldOf, type Matchers } from './routing.js';

/** Notice by notice, each as if those before it were told already. */
export function deliveriesOf({ notices, routes, before }: Telling): NewDelivery[] {
  const facts = routes.map((route) => ({
    receiverId: route.receiver_id,
    matchers: route.matchers as Matchers,
    continue: route.continue,
  }));
  const told = new Map<string, Set<string>>();
  const toldOfIncident = (incident: string) => told.get(incident) ?? told.set(incident, new Set()).get(incident)!;
  for (const { incident_id, receiver_id } of before) toldOfIncident(incident_id).add(receiver_id);
  return notices.flatMap(({ position, body }) => {
    const notice = readNotice(body);
    const heard = toldOfIncident(notice.incident.id);
    return toldOf(notice, facts, heard).map((receiverId) => {
      heard.add(receiverId);
      const { id: noticeId, change } = notice;
      return { id: randomUUID(), receiverId, noticeId, position, incidentId: notice.incident.id, change, body };
    });
  });
}
