/**
 * LISTEN/NOTIFY between the processes of the API and the worker. A notification carries keys only: the row is the
 * truth, and a payload may not pass 8,000 bytes.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import type { Db } from './postgres.js';
import { lifeId, parseLifeId, type EpisodeKey, type LifeKey, parseEpisodeId } from './rows.js';
import { DB } from './store.tokens.js';

const deathsChannel = 'whodunit_deaths';
const episodesChannel = 'whodunit_episodes';
const jobsChannel = 'whodunit_jobs';
const queuedChannel = 'whodunit_queued_jobs';
const commandsChannel = 'whodunit_commands';
const troublesChannel = 'whodunit_troubles';
const incidentsChannel = 'whodunit_incidents';
const messagesChannel = 'whodunit_messages';
const auditsChannel = 'whodunit_audits';
/** 100 ids of at most 38 characters, of episodes at most 73, stay below the limit. */
const idsPerPayload = 100;

export type Tx = TransactionSql<{ bigint: bigint }>;

/** Delivered when the transaction commits. */
export async function notifyDeaths(tx: Tx, keys: readonly LifeKey[]): Promise<void> {
  await notify(tx, deathsChannel, keys.map(lifeId));
}

/** Delivered when the transaction commits. */
export async function notifyEpisodes(tx: Tx, ids: readonly string[]): Promise<void> {
  await notify(tx, episodesChannel, ids);
}

export interface JobNews {
  /** Jobs that changed. */
  readonly changed: readonly string[];
  /** Jobs that may have something to sign now. */
  readonly queued: readonly string[];
  /** Commands that were signed now. */
  readonly signed: readonly CommandNews[];
}

export interface CommandNews {
  readonly hostId: number;
  readonly jobId: string;
}

/** Delivered when the transaction commits. */
export async function notifyJobs(tx: Tx, { changed, queued, signed }: JobNews): Promise<void> {
  await Promise.all([
    notify(tx, jobsChannel, changed),
    notify(tx, queuedChannel, queued),
    notify(
      tx,
      commandsChannel,
      signed.map(({ hostId, jobId }) => `${hostId}:${jobId}`),
    ),
  ]);
}

/** Something may have to be grouped. Delivered when the transaction commits. */
export async function notifyTroubles(tx: Tx): Promise<void> {
  await tx`select pg_notify(${troublesChannel}, '')`;
}

/** Delivered when the transaction commits. */
export async function notifyIncidents(tx: Tx, ids: readonly string[]): Promise<void> {
  await notify(tx, incidentsChannel, ids);
}

/** Audits that changed, by id. Delivered when the transaction commits. */
export async function notifyAudits(tx: Tx, ids: readonly string[]): Promise<void> {
  await notify(tx, auditsChannel, ids);
}

/** Something waits for the agents of these hosts. Delivered when the transaction commits. */
export async function notifyMessages(tx: Tx, hostIds: readonly number[]): Promise<void> {
  await notify(tx, messagesChannel, hostIds.map(String));
}

async function notify(tx: Tx, channel: string, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += idsPerPayload) {
    const payload = ids.slice(start, start + idsPerPayload).join(' ');
    await tx`select pg_notify(${channel}, ${payload})`;
  }
}

@Injectable()
export class Notifications {
  constructor(@Inject(DB) private readonly db: Db) {}

  /**
   * Calls back with the lives whose verdict is new or changed. Reconnects by itself; what was notified in between is
   * not repeated, so `onReconnect` says when that may have happened.
   */
  async onDeaths(callback: (keys: LifeKey[]) => void, onReconnect: () => void): Promise<Listener> {
    return this.listen(deathsChannel, (ids) => callback(ids.flatMap((id) => parseLifeId(id) ?? [])), onReconnect);
  }

  /** The same for episodes that are new or over. */
  async onEpisodes(callback: (keys: EpisodeKey[]) => void, onReconnect: () => void): Promise<Listener> {
    return this.listen(episodesChannel, (ids) => callback(ids.flatMap((id) => parseEpisodeId(id) ?? [])), onReconnect);
  }

  /** The same for jobs that changed, by id. */
  async onJobs(callback: (ids: string[]) => void, onReconnect: () => void): Promise<Listener> {
    return this.listen(jobsChannel, callback, onReconnect);
  }

  /** Jobs that may have something to sign. */
  async onQueuedJobs(callback: () => void): Promise<Listener> {
    return this.listen(queuedChannel, callback, callback);
  }

  /** Commands that were signed, for whoever holds the streams of their hosts. */
  async onCommands(callback: (news: CommandNews[]) => void, onReconnect: () => void): Promise<Listener> {
    return this.listen(commandsChannel, (texts) => callback(texts.flatMap(parseCommandNews)), onReconnect);
  }

  /** Something may have to be grouped. */
  async onTroubles(callback: () => void): Promise<Listener> {
    return this.listen(troublesChannel, callback, callback);
  }

  /** Incidents that changed, by id. */
  async onIncidents(callback: (ids: string[]) => void, onReconnect: () => void): Promise<Listener> {
    return this.listen(incidentsChannel, callback, onReconnect);
  }

  /** Audits that changed, by id. */
  async onAudits(callback: (ids: string[]) => void, onReconnect: () => void): Promise<Listener> {
    return this.listen(auditsChannel, callback, onReconnect);
  }

  /** Hosts whose agents something waits for (message.store.ts), for whoever holds their streams. */
  async onMessages(callback: (hostIds: number[]) => void, onReconnect: () => void): Promise<Listener> {
    return this.listen(messagesChannel, (ids) => callback(ids.map(Number)), onReconnect);
  }

  private async listen(channel: string, callback: (ids: string[]) => void, onReconnect: () => void): Promise<Listener> {
    let first = true;
    const listener = await this.db.listen(
      channel,
      (payload) => callback(payload.split(' ')),
      () => {
        if (!first) onReconnect();
        first = false;
      },
    );
    return { stop: () => listener.unlisten() };
  }
}

function parseCommandNews(text: string): CommandNews[] {
  const [, hostId, jobId] = /^(\d{1,9}):([0-9a-f-]{36})$/.exec(text) ?? [];
  return hostId && jobId ? [{ hostId: Number(hostId), jobId }] : [];
}

export interface Listener {
  stop(): Promise<void>;
}
