/** Inputs that are almost right: real ones, with their tokens, lines and bytes changed. The same seed gives the same inputs. */
export type Random = (below: number) => number;

/** xorshift32. */
export function createRandom(seed: number): Random {
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const changesMax = 6;
const runMax = 4_000;

const oddities = [
  ...['', ' ', '\t', '\n', '\r', '\0', '\u2028', '\ufffd', '\ud800', 'é', '月', '😀', '\\x', '\\x0a', '\\xff'],
  ...['(', ')', '[', ']', ',', ';', ':', '/', '..', '=', '-', '%', '<4>', '> ', '"', '((((((((', '))))))))', '/////'],
  ...['0', '-1', '1', '18446744073709551615', '9007199254740993', '99999999999999999999999999', '1e9', '0x', 'NaN'],
  ...[
    '4194305',
    '4294967296',
    'kB',
    'Killed process 1 (',
    ') total-vm:',
    'invoked oom-killer: ',
    'oom-kill:constraint=',
  ],
  ...[
    'Task in /',
    ' killed as a result of limit of /',
    ',task=',
    ',task_memcg=',
    ',oom_memcg=',
    'usage 1kB, limit 1kB',
  ],
  ...['[ pid ] uid name', 'oom_score_adj', 'pgtables_bytes', ']: segfault at ', '] trap ', 'INFO: task ', ' blocked '],
  ...['(deleted)', '.scope', '.service', 'docker-', 'kubepods', 'pod', 'user@1000.service', '0::/', 'name=systemd'],
] as const;

export function mutateText(seeds: readonly string[], random: Random): string {
  let text = pick(seeds, random);
  for (let change = random(changesMax) + 1; change > 0; change -= 1) text = changeText(text, seeds, random);
  return text;
}

function changeText(text: string, seeds: readonly string[], random: Random): string {
  switch (random(8)) {
    case 0:
      return changePart(text, /(\n)/, random);
    case 1:
      return text.slice(0, random(text.length + 1));
    case 2:
      return text.slice(random(text.length + 1));
    case 3: {
      const other = pick(seeds, random);
      return text.slice(0, random(text.length + 1)) + other.slice(random(other.length + 1));
    }
    case 4: {
      const at = random(text.length + 1);
      return (
        text.slice(0, at) +
        pick(oddities, random)
          .repeat(random(runMax / 20))
          .slice(0, runMax) +
        text.slice(at)
      );
    }
    case 5: {
      const at = random(text.length + 1);
      return text.slice(0, at) + String.fromCharCode(random(random(2) === 0 ? 256 : 65_536)) + text.slice(at + 1);
    }
    default:
      return changePart(text, /(\d+|\s+|[^\d\s\w])/, random);
  }
}

/** One part of the text is left out, doubled, exchanged with another one, or replaced. */
function changePart(text: string, between: RegExp, random: Random): string {
  // Only a window: splitting all of a long text for one change would be most of the work.
  const from = random(Math.max(text.length - 400, 1));
  const parts = text.slice(from, from + 400).split(between);
  const at = random(parts.length);
  const other = random(parts.length);
  const part = parts[at] ?? '';
  const way = random(4);
  if (way === 0) parts[at] = '';
  else if (way === 1) parts[at] = part + part;
  else if (way === 2) [parts[at], parts[other]] = [parts[other] ?? '', part];
  else parts[at] = pick(oddities, random);
  return text.slice(0, from) + parts.join('') + text.slice(from + 400);
}

export function mutateBytes(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = pick(seeds, random).slice();
  for (let change = random(changesMax) + 1; change > 0; change -= 1) {
    const at = random(bytes.length + 1);
    const way = random(5);
    if (way === 0) bytes = bytes.slice(0, at);
    else if (way === 1) bytes = bytes.slice(at);
    else if (way === 2) bytes = Uint8Array.from([...bytes, ...pick(seeds, random).subarray(0, at)]);
    else if (at < bytes.length) bytes[at] = way === 3 ? random(256) : pick([0, 1, 0x7f, 0x80, 0xff], random);
  }
  return bytes;
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random(items.length)] as T;
}
