import { Injectable } from '@nestjs/common';
import { Failure } from '../platform/errors.js';
import type { DeathCriteria } from '../store/death.criteria.js';
import {
  DeathCountStore,
  groupsMax,
  historySeenMax,
  type DeathGroup,
  type Grouping,
} from '../store/death-count.store.js';
import { merged, piecesOf, type Piece } from './death-count.pieces.js';

@Injectable()
export class DeathCountService {
  constructor(private readonly counts: DeathCountStore) {}

  /** @throws Failure `history/nothing-to-group-by`, `history/counts-too-broad`, `history/too-many-groups`. */
  async count(where: DeathCriteria, grouping: Grouping): Promise<DeathGroup[]> {
    if (grouping.by.length === 0 && grouping.bucketHours === null) throw nothingToGroupBy();
    const groups = merged(await Promise.all(piecesOf(where).map((piece) => this.answer(piece, grouping))));
    if (groups.length > groupsMax) throw tooManyGroups();
    return groups;
  }

  private async answer({ from, where }: Piece, grouping: Grouping): Promise<DeathGroup[]> {
    if (from === 'counts') return this.counts.groups(where, grouping);
    const groups = await this.counts.groupsFromHistory(where, grouping);
    if (groups === null) throw tooBroad();
    return groups;
  }
}

function nothingToGroupBy(): Failure {
  const detail = '`groupBy` is empty and there is no `bucket`: name at least one, such as groupBy: [CAUSE].';
  return new Failure({ code: 'history/nothing-to-group-by', status: 400, detail });
}

function tooBroad(): Failure {
  const detail = `More than ${historySeenMax} deaths would have to be looked at: \`pid\`, \`command\` and parts of an hour are not counted by. Name a host or a shorter time, or leave those out and let \`since\` and \`until\` be whole hours.`;
  return new Failure({ code: 'history/counts-too-broad', status: 400, detail });
}

function tooManyGroups(): Failure {
  const detail = `There are more than ${groupsMax} groups. Ask for a shorter time, larger buckets or fewer dimensions.`;
  return new Failure({ code: 'history/too-many-groups', status: 400, detail });
}
