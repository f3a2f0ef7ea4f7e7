/** What is told to people where a policy wanted to act and may not, so that nothing else will happen. */
import { plainOrQuoted } from '../verdict/index.js';
import type { Refusal } from './plan.js';
import type { Requester } from './request.js';

export interface Escalated {
  readonly requester: Pick<Requester, 'kind' | 'name'>;
  /** The service or process, and its host, as people call them. */
  readonly target: string;
  readonly hostName: string;
}

/** Null where nobody has to be told: the policy is off, or another job is at work on it. */
export function escalationOf({ objections }: Refusal, escalated: Escalated): string | null {
  if (escalated.requester.kind === 'person' || !objections.some(({ escalate }) => escalate)) return null;
  return leftToPeople(objections.flatMap(({ escalate, text }) => (escalate ? [text] : [])).join(' '), escalated);
}

/** @param why sentences */
export function leftToPeople(why: string, { requester, target, hostName }: Escalated): string {
  const who = `Policy ${plainOrQuoted(requester.name)}`;
  return `${who} leaves ${plainOrQuoted(target)} on ${plainOrQuoted(hostName)} to people. ${why}`;
}

/** What stands against it is over by itself before long: then it is asked again, while the policy still means it. */
export function willPass({ objections }: Refusal): boolean {
  return objections.every(({ code }) => passing.has(code));
}

const passing: ReadonlySet<string> = new Set([
  'remedy/passive',
  'remedy/others-at-work',
  'remedy/busy',
  'remedy/cooldown',
]);
