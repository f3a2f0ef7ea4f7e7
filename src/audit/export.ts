/**
 * Findings as files. CSV is RFC 4180, every cell in quotes; what a spreadsheet would take for a formula gets an apostrophe in front
 * (OWASP, CSV injection): command lines are text that anybody can choose. JSON is one array.
 */
import type { FindingRow } from '../store/audit.rows.js';
import type { HostRow } from '../store/rows.js';
import { inLocale } from '../verdict/index.js';
import { checkTexts, isCheckName, summaryOf } from './checks.js';
import { subjectView } from './finding.resolver.js';
import { remedyOf } from './remedy.js';

export const columns = [
  ...['host', 'check', 'severity', 'summary', 'kind', 'unit', 'pid', 'comm', 'exe', 'commandLine', 'user'],
  ...['processId', 'facts', 'why', 'mend', 'remedy'],
] as const;

export type ExportRow = Readonly<Record<(typeof columns)[number], string | number | object | null>>;

export function exportRow(finding: FindingRow, host: HostRow): ExportRow {
  const { check, severity, facts, subject } = finding;
  const name = isCheckName(check) ? check : 'MATCHES_FILTER';
  const { kind, unit, pid, comm, exe, commandLine, user, processId } = subjectView(finding);
  return {
    host: host.name,
    check,
    severity,
    summary: inLocale(summaryOf(name, subject, host.name)),
    ...{ kind, unit, pid, comm, exe, commandLine, processId, facts },
    user: user && (user.name ?? String(user.uid)),
    why: inLocale(checkTexts[name].why),
    mend: inLocale(checkTexts[name].mend),
    remedy: remedyOf(finding, host.name),
  };
}

export const csvHead = `${columns.map(cell).join(',')}\r\n`;

export function csvLine(row: ExportRow): string {
  return `${columns.map((column) => cell(row[column])).join(',')}\r\n`;
}

function cell(value: ExportRow[keyof ExportRow]): string {
  if (value === null || value === undefined) return '""';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const harmless = /^[=+\-@\t\r\n]/.test(text) && typeof value !== 'number' ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
