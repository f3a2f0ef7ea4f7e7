/** A whole text of kernel log lines, as somebody pasted or saved it: reports and faults in their order. */
import { parseFaultLine, type FaultLine } from './fault-line.js';
import type { LogLine } from './log-line.js';
import { OomAssembler, type OomReport } from './oom-report.js';
import { parsePastedLine } from './pasted-line.js';

export type Finding =
  | { readonly kind: 'oom'; readonly report: OomReport }
  | { readonly kind: 'fault'; readonly line: LogLine; readonly fault: FaultLine };

/** Never throws; linear in the length of the text. */
export function readKernelLog(text: string): readonly Finding[] {
  const findings: Finding[] = [];
  const assembler = new OomAssembler();
  const keep = (report: OomReport | undefined) => void (report && findings.push({ kind: 'oom', report }));
  for (const written of text.split('\n')) {
    const line = parsePastedLine(written);
    const { taken, report } = assembler.add(line);
    keep(report);
    const fault = taken ? undefined : parseFaultLine(line.text);
    if (fault) findings.push({ kind: 'fault', line, fault });
  }
  keep(assembler.end());
  return findings;
}
