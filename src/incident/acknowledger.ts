/**
 * Seam: `IncidentService.acknowledge` of the incidents stands here once it is merged
 * (`{ provide: Acknowledger, useExisting: IncidentService }`), and `NothingToAcknowledge` goes.
 */
import { Injectable } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import type { Person } from '../platform/principal.js';

export abstract class Acknowledger {
  /** @throws Failure `incident/unknown`, `incident/over`. */
  abstract acknowledge(incidentId: string, by: Person): Promise<unknown>;
}

/** Without incidents there is none of that id. */
@Injectable()
export class NothingToAcknowledge extends Acknowledger {
  async acknowledge(incidentId: string): Promise<never> {
    const detail = `There is no incident with the id ${JSON.stringify(incidentId)}.`;
    throw new Failure({ code: 'incident/unknown', status: 404, detail });
  }
}
