/** Command lines for people: arguments stay apart, hostile characters are shown, long ones are shortened. */
import { quote } from './escape.js';

/** What a summary can carry and still be read as one sentence. Evidence has the whole. */
export const summaryCommandCharactersMax = 160;

/** In quotes; null where the command line is not known. `cut` marks one that the sensor itself had to cut. */
export function escapeArguments(args: readonly string[], cut: boolean, whole: boolean): string | null {
  if (args.length === 0) return null;
  const text = args.map(separable).join(' ') + (cut ? '…' : '');
  return quote(text, whole ? Number.POSITIVE_INFINITY : summaryCommandCharactersMax);
}

/** Single quotes as a shell would need them, so that `kill "1 2"` and `kill 1 2` read differently. */
function separable(argument: string): string {
  return /^[^\s'"]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
