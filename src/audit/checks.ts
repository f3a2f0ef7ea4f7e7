/** What can be looked for, in words; the one home of titles, reasons and mendings. Agents send facts only. */
import { agentChecks, filterCheck, serverChecks, type AgentCheck, type ServerCheck } from '../contract/index.js';
import { en, joined, plainOrQuoted, same, zh, type Text } from '../verdict/index.js';
import type { StoredSubject } from '../store/audit.rows.js';
import { hostTexts } from './texts/hosts.js';
import { processTexts } from './texts/processes.js';
import { serviceTexts } from './texts/services.js';
import type { CheckText } from './texts/text.js';

export type CheckName = AgentCheck | ServerCheck | typeof filterCheck;

export const checkNames: readonly CheckName[] = [...agentChecks, ...serverChecks, filterCheck];
/** All that can be asked for by name. */
export const askable: readonly CheckName[] = [...agentChecks, ...serverChecks];

export const checkTexts: Readonly<Record<CheckName, CheckText>> = { ...processTexts, ...serviceTexts, ...hostTexts };

export const isByServer = (name: string): boolean => serverChecks.some((check) => check === name);

export const isCheckName = (name: string): name is CheckName => Object.hasOwn(checkTexts, name);

/** One line: what is the matter, with whom, where. Names of processes are other people's text. */
export function summaryOf(check: CheckName, subject: StoredSubject, host: string): Text {
  const { title } = checkTexts[check];
  const where = plainOrQuoted(host);
  if (subject.kind === 'host') return joined(title, { en: en`: host ${where}`, zh: zh`：主机 ${where}` });
  const who = subject.kind === 'unit' ? same(plainOrQuoted(subject.unit)) : processOf(subject);
  return joined(title, { en: en`: ${who}, on ${where}`, zh: zh`：${who}，主机 ${where}` });
}

function processOf({ comm, pid, unit }: Extract<StoredSubject, { kind: 'process' }>): Text {
  const of = unit === undefined ? '' : ` (${plainOrQuoted(unit)})`;
  return same(`${plainOrQuoted(comm)} (pid ${pid})${of}`);
}
