/**
 * One record as a read of /dev/kmsg gives it, Documentation/ABI/testing/dev-kmsg.
 *
 * Layout
 *   <priority>,<sequence>,<microseconds>,<flags>[,key=value…];<text>\n
 *    KEY=value\n                      dictionary: lines that begin with a blank
 * - priority: facility * 8 + level, as in syslog(3). User space can write to /dev/kmsg, but not as facility 0.
 * - microseconds: local_clock(), which is near CLOCK_MONOTONIC and is not set by NTP.
 * - Bytes that are not printable ASCII, and the backslash, come as \xNN; so a newline within the text is `\x0a`.
 */
import { decodeUtf8 } from '../../bytes/text.js';

export interface KmsgRecord {
  readonly facility: number;
  readonly level: number;
  readonly sequence: number;
  readonly microseconds: number;
  /** A fragment that goes on with the line before it (flag `c`, kernels before 4.10). */
  readonly continues: boolean;
  readonly text: string;
  readonly dictionary: ReadonlyMap<string, string>;
}

const headPattern = /^(\d{1,10}),(\d{1,20}),(\d{1,20}),([^,;]{0,16})((?:,[^,;]{0,256}){0,16});/;

/** Undefined for what is no record. */
export function parseKmsgRecord(record: string): KmsgRecord | undefined {
  const head = headPattern.exec(record);
  if (!head) return undefined;
  const priority = Number(head[1]);
  const sequence = Number(head[2]);
  const microseconds = Number(head[3]);
  if (!Number.isSafeInteger(sequence) || !Number.isSafeInteger(microseconds)) return undefined;
  const [text = '', ...rest] = record.slice(head[0].length).split('\n');
  return {
    facility: Math.floor(priority / 8),
    level: priority % 8,
    sequence,
    microseconds,
    continues: head[4] === 'c',
    text: unescapeKmsg(text),
    dictionary: parseDictionary(rest),
  };
}

function parseDictionary(lines: readonly string[]): ReadonlyMap<string, string> {
  const dictionary = new Map<string, string>();
  for (const line of lines) {
    const equals = line.indexOf('=');
    if (line.startsWith(' ') && equals > 1) dictionary.set(line.slice(1, equals), unescapeKmsg(line.slice(equals + 1)));
  }
  return dictionary;
}

/** Escaped bytes are UTF-8, one `\xNN` for each byte. */
function unescapeKmsg(text: string): string {
  if (!text.includes('\\x')) return text;
  return text.replaceAll(/(?:\\x[0-9a-f]{2})+/gi, (run) => {
    const bytes = run.slice(2).split(/\\x/i);
    return decodeUtf8(Uint8Array.from(bytes, (byte) => parseInt(byte, 16)));
  });
}
