/**
 * Group commit: batches of many hosts that came at about the same time are one transaction. While some groups are being
 * stored, the next one gathers; with nothing to wait for, a batch goes at once and alone.
 *
 * A group has at most one batch of a host, so a host that sends much gets one share, and two deliveries of one host are stored
 * one after the other.
 */
import type { Batch } from '../contract/index.js';
import type { CommitResult } from './batch.store.js';

export interface Delivery {
  readonly hostId: number;
  readonly batch: Batch;
}

/** In one transaction. Answers in the order of the deliveries; they are in the order of host ids. */
export type CommitGroup = (deliveries: readonly Delivery[]) => Promise<readonly CommitResult[]>;

interface Entry extends Delivery {
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

/** More would wait for each other in the database: each keeps a processor busy. */
export const groupsAtOnce = 3;
const groupBatchesMax = 64;
/** What one transaction holds in memory, here and there, follows from it. One batch may have that many alone. */
const groupEventsMax = 5_000;

export class CommitQueue {
  private waiting: Entry[] = [];
  private readonly busyHosts = new Set<number>();
  private running = 0;

  constructor(private readonly commit: CommitGroup) {}

  submit(delivery: Delivery): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...delivery, resolve, reject });
      this.pump();
    });
  }

  private pump(): void {
    while (this.running < groupsAtOnce) {
      const group = this.takeGroup();
      if (group.length === 0) return;
      this.running += 1;
      void this.store(group).finally(() => {
        this.running -= 1;
        for (const { hostId } of group) this.busyHosts.delete(hostId);
        this.pump();
      });
    }
  }

  private takeGroup(): Entry[] {
    const group: Entry[] = [];
    let events = 0;
    const left = this.waiting.filter((entry) => {
      const count = entry.batch.events.length;
      const fits = group.length === 0 || (group.length < groupBatchesMax && events + count <= groupEventsMax);
      if (!fits || this.busyHosts.has(entry.hostId)) return true;
      this.busyHosts.add(entry.hostId);
      group.push(entry);
      events += count;
      return false;
    });
    this.waiting = left;
    return group.sort((a, b) => a.hostId - b.hostId);
  }

  /** Never rejects: each delivery gets its own answer. */
  private async store(group: readonly Entry[]): Promise<void> {
    try {
      const results = await this.commit(group);
      group.forEach((entry, index) => entry.resolve(results[index]!));
    } catch (error) {
      if (group.length > 1 && isOfTheData(error)) await this.storeEach(group);
      else for (const entry of group) entry.reject(error);
    }
  }

  /** One bad batch must not hold up the others. */
  private async storeEach(group: readonly Entry[]): Promise<void> {
    for (const entry of group) await this.store([entry]);
  }
}

/** Postgres answered and refused: another group may do better. Anything else (it is away) would fail again for each. */
function isOfTheData(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(2[0-9]|P0|XX)/.test(code);
}
