import { policyCauses } from '../remedy/index.js';
import { causes, type Cause } from '../verdict/index.js';

/** Ends that somebody wanted, or that are no trouble: what no policy is about, and no incident. */
export const wantedEnds: readonly Cause[] = causes.filter(
  (cause) => !(policyCauses as readonly Cause[]).includes(cause),
);
