/**
 * How a process ends, from events that do not say it: sched_process_exit carries no status. What leads to it does
 * (kernel/exit.c, kernel/signal.c):
 *
 * - exit_group(2) decides the code, exit(2) of the leader does where nobody calls exit_group.
 * - A fatal signal is delivered with the default action. One that makes a core is delivered by its own number; any other
 *   is delivered to every thread as 9, whatever was sent: the one that was sent last and taken counts, since the kernel
 *   takes none any more once a process is dying.
 * - exec by one thread, and exit_group, deliver 9 to the others too; so whatever is decided first stands.
 */
import { defaultAction } from '../../kernel/default-action.js';

export interface Ending {
  /** Who decided, and how it ends: a wait status. */
  readonly tid: number;
  readonly status: number;
}

/** What is known of one process on its way to its end; exec begins anew. */
export class Endings {
  #decided: Ending | undefined;
  #leaderCode: number | undefined;
  /** Sent, taken, and not seen in a handler since: oldest first. */
  #open: number[] = [];

  exitCall(tid: number, code: number, { group, leader }: { group: boolean; leader: boolean }): void {
    const status = (code & 0xff) << 8;
    if (!group) {
      if (leader) this.#leaderCode = status;
      return;
    }
    // A task that was delivered a fatal signal and still calls something was protected: init of a pid namespace.
    if (this.#decided === undefined || (this.#decided.tid === tid && isSignal(this.#decided))) {
      this.#decided = { tid, status };
    }
  }

  /** `taken`: the kernel did not throw it away. */
  generated(signal: number, taken: boolean): void {
    const action = defaultAction(signal);
    if (!taken || (action !== 'terminate' && action !== 'core')) return;
    this.#open = [...this.#open.filter((one) => one !== signal), signal];
  }

  delivered(tid: number, signal: number, handled: boolean): void {
    if (handled) {
      this.#open = this.#open.filter((one) => one !== signal);
      return;
    }
    const action = defaultAction(signal);
    if (this.#decided !== undefined || (action !== 'terminate' && action !== 'core')) return;
    const sent = signal === 9 ? (this.#open.at(-1) ?? 9) : signal;
    this.#decided = { tid, status: sent };
  }

  /** The wait status, without the mark of a core dump; undefined where nothing was seen that would say it. */
  get status(): number | undefined {
    return this.#decided?.status ?? this.#leaderCode;
  }
}

function isSignal({ status }: Ending): boolean {
  return (status & 0x7f) !== 0;
}
