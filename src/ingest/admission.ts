/**
 * Back-pressure: how many batches are in memory at a time. A batch is admitted before a byte of its body is read, so one that
 * waits costs a socket and no memory. Hosts take turns, one batch of each at a time: a host that sends without pause waits for
 * itself only. Whoever would wait too long is told to come back.
 */

export interface AdmissionLimits {
  /** Read, checked and stored at a time; about 5 MB of memory each. */
  readonly admittedMax: number;
  readonly waitingMax: number;
  /** Of one host: an agent sends one and, when a reply was lost, the same again; what more it sends is its own trouble. */
  readonly waitingPerHostMax: number;
  readonly waitMs: number;
}

export const admissionLimits: AdmissionLimits = {
  admittedMax: 24,
  waitingMax: 2_000,
  waitingPerHostMax: 16,
  waitMs: 10_000,
};

/** `admitted`: call `release` once, however it ends. `full`: all that can wait here waits. `crowded`: of that host enough wait. */
export type Admitted =
  { readonly outcome: 'admitted'; readonly release: () => void } | { readonly outcome: 'full' | 'crowded' };

interface Waiting {
  readonly answer: (admitted: Admitted) => void;
  readonly timer: NodeJS.Timeout;
}

export class Admission {
  /** Hosts whose turn can come, in order. */
  private readonly ready = new Set<number>();
  private readonly waitingOf = new Map<number, Waiting[]>();
  private readonly admittedHosts = new Set<number>();
  private waiting = 0;

  constructor(private readonly limits: AdmissionLimits = admissionLimits) {}

  admit(hostId: number): Promise<Admitted> | Admitted {
    if (!this.admittedHosts.has(hostId) && !this.waitingOf.has(hostId) && this.hasRoom) return this.take(hostId);
    const own = this.waitingOf.get(hostId) ?? [];
    if (own.length >= this.limits.waitingPerHostMax) return { outcome: 'crowded' };
    if (this.waiting >= this.limits.waitingMax) return { outcome: 'full' };
    return new Promise((answer) => {
      const waiting: Waiting = { answer, timer: setTimeout(() => this.giveUp(hostId, waiting), this.limits.waitMs) };
      this.waitingOf.set(hostId, [...own, waiting]);
      this.waiting += 1;
      if (!this.admittedHosts.has(hostId)) this.ready.add(hostId);
    });
  }

  private get hasRoom(): boolean {
    return this.admittedHosts.size < this.limits.admittedMax;
  }

  private take(hostId: number): Admitted {
    this.admittedHosts.add(hostId);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      this.admittedHosts.delete(hostId);
      if (this.waitingOf.has(hostId)) this.ready.add(hostId);
      this.next();
    };
    return { outcome: 'admitted', release };
  }

  private next(): void {
    for (const hostId of this.ready) {
      if (!this.hasRoom) return;
      const [first] = this.waitingOf.get(hostId)!;
      this.leave(hostId, first!);
      first!.answer(this.take(hostId));
      this.ready.delete(hostId);
    }
  }

  private giveUp(hostId: number, waiting: Waiting): void {
    this.leave(hostId, waiting);
    waiting.answer({ outcome: 'full' });
  }

  private leave(hostId: number, waiting: Waiting): void {
    clearTimeout(waiting.timer);
    const left = this.waitingOf.get(hostId)!.filter((one) => one !== waiting);
    this.waiting -= 1;
    if (left.length > 0) return void this.waitingOf.set(hostId, left);
    this.waitingOf.delete(hostId);
    this.ready.delete(hostId);
  }
}
