/** GraphQL filters → what the stores take. A host that does not exist is an error, not an empty page. */
import { Injectable } from '@nestjs/common';
import type { EpisodeEvent } from '../contract/index.js';
import type { DeathFilter, EpisodeFilter, InputMaybe, ProcessFilter } from '../generated/graphql.js';
import type { DeathCriteria } from '../store/death.criteria.js';
import type { EpisodeCriteria } from '../store/episode.store.js';
import { HostStore } from '../store/host.store.js';
import type { ProcessCriteria } from '../store/process.store.js';
import { unknownHost } from './who-killed.service.js';

@Injectable()
export class Filters {
  constructor(private readonly hosts: HostStore) {}

  /** @throws Failure `history/unknown-host`. */
  async deaths(filter: InputMaybe<DeathFilter> | undefined): Promise<DeathCriteria> {
    const { host, ...where } = filter ?? {};
    return { ...where, hostId: await this.hostId(host) };
  }

  /** @throws Failure `history/unknown-host`. */
  async processes(filter: InputMaybe<ProcessFilter> | undefined): Promise<ProcessCriteria> {
    const { host, ...where } = filter ?? {};
    return { ...where, hostId: await this.hostId(host) };
  }

  /** @throws Failure `history/unknown-host`. */
  async episodes(filter: InputMaybe<EpisodeFilter> | undefined): Promise<EpisodeCriteria> {
    const { host, state, ...where } = filter ?? {};
    const states = state?.map((name) => name.toLowerCase() as EpisodeEvent['state']) ?? null;
    return { ...where, state: states, hostId: await this.hostId(host) };
  }

  private async hostId(name: string | null | undefined): Promise<number | null> {
    if (name === null || name === undefined) return null;
    const host = await this.hosts.byName(name);
    if (!host) throw unknownHost(name);
    return host.id;
  }
}
