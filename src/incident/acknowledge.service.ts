/** What the links of messages open: one incident to look at, and to acknowledge. */
import { Injectable } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import { Seal } from '../platform/seal.js';
import type { IncidentRow } from '../store/incident.rows.js';
import { ReceiverStore, type ReceiverRow } from '../store/receiver.store.js';
import { readLink } from './acknowledge-link.js';
import { IncidentService } from './incident.service.js';

/** The others are for those who have a token: links are opened by whatever reads along in a chat. */
const atOnceMax = 4;

@Injectable()
export class AcknowledgeService {
  private running = 0;

  constructor(
    private readonly seal: Seal,
    private readonly receivers: ReceiverStore,
    private readonly incidents: IncidentService,
  ) {}

  /** Changes nothing. @throws Failure as `acknowledge` */
  look(link: string): Promise<IncidentRow> {
    return this.opened(link, (incident) => this.incidents.unresolved(incident));
  }

  /**
   * By whoever was first.
   * @throws Failure `incident/bad-link`, `incident/link-ended`, `incident/unknown`, `incident/over`, `incident/too-many-links`
   */
  acknowledge(link: string): Promise<IncidentRow> {
    return this.opened(link, (incident, { name }) =>
      this.incidents.acknowledge(incident, { kind: 'person', name: `link sent to receiver ${name}`, role: 'operator' }),
    );
  }

  /** The database is asked for links that were made here only. */
  private async opened<T>(link: string, work: (incident: string, receiver: ReceiverRow) => Promise<T>): Promise<T> {
    const said = readLink(this.seal, link);
    if (said === null) throw badLink();
    if (said.endsAt <= new Date()) throw ended();
    if (this.running >= atOnceMax) throw tooMany();
    this.running += 1;
    try {
      const receiver = await this.receivers.byId(said.receiver);
      if (receiver === null) throw ended();
      return await work(said.incident, receiver);
    } finally {
      this.running -= 1;
    }
  }
}

function badLink(): Failure {
  const detail = 'This link was not made here, or is not whole.';
  return new Failure({ code: 'incident/bad-link', status: 403, detail });
}

function ended(): Failure {
  const detail = 'This link has ended: it is more than a week old, or its receiver was deleted.';
  return new Failure({ code: 'incident/link-ended', status: 410, detail });
}

function tooMany(): Failure {
  const detail = `${atOnceMax} links are being opened already.`;
  return new Failure({ code: 'incident/too-many-links', status: 429, detail, retryAfterSeconds: 1 });
}
