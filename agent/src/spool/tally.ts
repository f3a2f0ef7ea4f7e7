/** How many events of each stream a run has numbered: the agent's side of the ledger (src/contract/ledger.ts). */
import { streamOf, streams, type KnownEvent, type Stream } from '../contract.js';

export type Tally = Readonly<Record<Stream, number>>;

export const noTally: Tally = { sensor: 0, 'kernel-log': 0 };

export function tallyOf(lines: readonly string[]): Tally {
  const tally = { ...noTally };
  for (const line of lines) {
    const stream = streamOfLine(line);
    if (stream !== null) tally[stream] += 1;
  }
  return tally;
}

export function plus(tally: Tally, other: Tally): Tally {
  return combine(tally, other, 1);
}

export function minus(tally: Tally, other: Tally): Tally {
  return combine(tally, other, -1);
}

function combine(tally: Tally, other: Tally, sign: 1 | -1): Tally {
  const result = { ...tally };
  for (const stream of streams) result[stream] += sign * other[stream];
  return result;
}

/** How most lines begin: of these no text has to be taken out. */
const beginnings = (['process', 'signal', 'exit'] as const).map((kind) => ({
  text: `{"kind":"${kind}"`,
  stream: streamOf(kind),
}));

function streamOfLine(line: string): Stream | null {
  for (const { text, stream } of beginnings) if (line.startsWith(text)) return stream;
  return streamOf((JSON.parse(line) as KnownEvent).kind);
}
