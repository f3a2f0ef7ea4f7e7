/**
 * Generated input for the page decoder and the format parser: real pages and format files, damaged where their grammar
 * has something to damage, so that most of it gets past the first check.
 *
 * `fuzzTrace(random)` makes one input, decodes it, and throws where a promise is broken: no exception, no event outside of
 * its page, no more events than fit.
 */
import { parseCpuStats } from './cpu-stats.js';
import { parseEventFormat, parseHeaderPage, type EventFormat, type PageLayout } from './event-format.js';
import { createDecoder, type TraceEventName } from './event.js';
import { readPage } from './page.js';
import { captured, capturedLayout, capturedPages, eventNames } from './trace.fixture.js';

/** 0 (included) to 1, as Math.random(). */
export type Random = () => number;

const pages = (['kills', 'pauses', 'overwritten'] as const).flatMap((name) => capturedPages(name));
const layout = capturedLayout();
const formats = eventNames.map((name) => [name, parseEventFormat(captured.formats[name])!] as const);
const oddNumbers = [
  0,
  1,
  3,
  4,
  7,
  8,
  27,
  28,
  29,
  30,
  31,
  32,
  4080,
  4095,
  4096,
  65_535,
  2 ** 27 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

export function fuzzTrace(random: Random): void {
  const layoutNow = random() < 0.9 ? layout : (parseHeaderPage(damageText(captured.headerPage, random)) ?? layout);
  const page = damagePage(pick(pages, random), random);
  checkPage(page, layoutNow, random() < 0.7 ? new Map(formats) : damagedFormats(random));
  if (random() < 0.05) parseCpuStats(damageText('overrun: 4\nnow ts:  1827.401877\nread events: 31\n', random));
}

function checkPage(
  bytes: Uint8Array,
  layoutNow: PageLayout,
  formatsNow: ReadonlyMap<TraceEventName, EventFormat>,
): void {
  const { decode } = createDecoder(formatsNow);
  const { events, missed } = readPage(bytes, layoutNow);
  if (events.length > bytes.byteLength / 8) throw new Error(`${events.length} events in ${bytes.byteLength} bytes`);
  if (missed !== 'unknown' && !(Number.isSafeInteger(missed) && missed >= 0)) throw new Error(`missed ${missed}`);
  for (const event of events) {
    const from = event.data.byteOffset - bytes.byteOffset;
    if (from < layoutNow.dataOffset || from + event.data.byteLength > bytes.byteLength)
      throw new Error('out of its page');
    if (event.at < 0n || event.at >= 1n << 64n) throw new Error('a time out of its bounds');
    decode(event);
  }
}

function damagedFormats(random: Random): ReadonlyMap<TraceEventName, EventFormat> {
  const damaged = eventNames.flatMap((name) => {
    const format = parseEventFormat(damageText(captured.formats[name], random));
    return format === undefined ? [] : [[name, format] as const];
  });
  return new Map(damaged);
}

/** Words at their places are what the grammar of a page is made of: heads, lengths, the commit field. */
function damagePage(source: Uint8Array, random: Random): Uint8Array {
  // Not at the beginning of its memory: a decoder that forgets byteOffset is found out.
  const bytes = new Uint8Array(source.byteLength + 64).subarray(64);
  bytes.set(source);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const used = layout.dataOffset + (view.getUint32(layout.commit.offset, true) & 0xffff);
  for (let times = below(6, random); times >= 0; times -= 1) {
    const at = layout.dataOffset + below(Math.max(1, (used - layout.dataOffset) / 4 - 1), random) * 4;
    switch (below(6, random)) {
      case 0:
        view.setUint32(at, (view.getUint32(at, true) & ~31) | below(32, random), true);
        break;
      case 1:
        view.setUint32(at, pick(oddNumbers, random) >>> 0, true);
        break;
      case 2:
        view.setUint8(at, view.getUint8(at) ^ (1 << below(8, random)));
        break;
      case 3:
        view.setUint32(layout.commit.offset, pick(oddNumbers, random) >>> 0, true);
        break;
      case 4:
        bytes.set(pick(pages, random).subarray(at, at + below(256, random)), at);
        break;
      default:
        view.setUint32(at, below(2 ** 32, random), true);
    }
  }
  return random() < 0.1 ? bytes.subarray(0, below(bytes.byteLength, random)) : bytes;
}

function damageText(text: string, random: Random): string {
  let damaged = text;
  for (let times = below(4, random); times >= 0; times -= 1) {
    const lines = damaged.split('\n');
    const line = below(lines.length, random);
    const content = lines[line] ?? '';
    const changes = [
      () => content.replace(/\d+/g, () => String(pick(oddNumbers, random))),
      () => content.replace(/[;:\t]/, () => pick(['', ';;', '\0', '\u{1f600}', ' '.repeat(300)], random)),
      () => content.slice(0, below(content.length + 1, random)),
      () => `${content}\n${content}`,
      () =>
        content.replace(/field:\S+/, () =>
          pick(['field:__data_loc', 'field:', 'field:u64', `field:${'x'.repeat(300)}`], random),
        ),
    ];
    lines[line] = pick(changes, random)();
    damaged = lines.join('\n');
  }
  return damaged;
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

function pick<T>(choices: readonly T[], random: Random): T {
  return choices[below(choices.length, random)]!;
}
