/** A line of the kernel log, with what is known of its place and time. */
export interface LogLine {
  readonly text: string;
  /** Of /dev/kmsg. */
  readonly sequence?: number;
  /** Of the kernel's own time stamp. */
  readonly microseconds?: number;
  readonly wall?: WallTime;
  /** Boot clock, where somebody has worked it out. */
  readonly at?: bigint;
}

/** As it was written: the zone is the writer's, the year may be missing, and the month in a language we do not read. */
export interface WallTime {
  readonly year?: number;
  readonly month?: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}
