/** One finding about this host, for people and for programs. */
export interface Check {
  readonly name: string;
  /** `degraded`: the agent works, and sees or keeps less. `missing`: the best sensor, or the way to the API, lacks it. */
  readonly state: 'ok' | 'degraded' | 'missing';
  readonly finding: string;
  /** What to do; absent where nothing can be done, or need be. */
  readonly mending?: string;
}

/** For whoever writes a judgement: all checks of one name. */
export function checksOf(name: string) {
  return {
    ok: (finding: string): Check => ({ name, state: 'ok', finding }),
    degraded: (finding: string, mending?: string): Check => checkOf({ name, state: 'degraded', finding }, mending),
    missing: (finding: string, mending?: string): Check => checkOf({ name, state: 'missing', finding }, mending),
  };
}

function checkOf(check: Check, mending: string | undefined): Check {
  return mending === undefined ? check : { ...check, mending };
}
