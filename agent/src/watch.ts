/** What the life of the process needs of a rung at work. */
export interface Watch {
  start(): void;
  /** Describe the host anew and say so: a new epoch has begun. */
  wantSnapshot(): void;
  /** Asked later, says whether everything that the kernel had recorded until now has been read. */
  mark(): () => boolean;
  /** Takes in what is there already, and ends. */
  stop(): void;
}
