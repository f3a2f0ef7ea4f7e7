/** Why something is not done. */
export interface Objection {
  /** `remedy/what`, for programs. */
  readonly code: string;
  /** The machine id of the host that it is about; null: the whole job. */
  readonly host: string | null;
  /** One sentence. */
  readonly text: string;
  /** Whether somebody has to be told, since nothing else will happen. */
  readonly escalate: boolean;
}
