/** What the life of the process needs of a rung at work. */
export interface Watch {
  start(): void;
  /** Describe the host anew and say so: a new epoch has begun. */
  wantSnapshot(): void;
  /** Takes in what is there already, and ends. */
  stop(): void;
}
