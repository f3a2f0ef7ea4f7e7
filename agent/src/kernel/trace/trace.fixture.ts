/** What a real kernel wrote; test/fixtures/trace/capture.mjs says how it was had. */
import { readFileSync } from 'node:fs';
import { parseEventFormat, parseHeaderPage, type PageLayout } from './event-format.js';
import { createDecoder, traceEvents, type EventDecoder, type TraceEventName } from './event.js';

interface Captured {
  readonly headerPage: string;
  readonly formats: Readonly<Record<TraceEventName, string>>;
  readonly pages: Readonly<Record<'kills' | 'pauses' | 'overwritten', readonly string[]>>;
}

export const captured = JSON.parse(
  // From the root of the repository, where tests and the bundled fuzzer run.
  readFileSync('test/fixtures/trace/6.18-x64.json', 'utf8'),
) as Captured;

export const eventNames = Object.keys(traceEvents) as readonly TraceEventName[];

export function capturedLayout(): PageLayout {
  return parseHeaderPage(captured.headerPage)!;
}

export function capturedDecoder(change: (text: string) => string = (text) => text): EventDecoder {
  return createDecoder(new Map(eventNames.map((name) => [name, parseEventFormat(change(captured.formats[name]))!])));
}

/** The zeros at a page's end are not kept in the file. */
export function capturedPages(name: keyof Captured['pages']): readonly Uint8Array[] {
  return captured.pages[name].map((text) => {
    const page = new Uint8Array(capturedLayout().pageBytes);
    page.set(Buffer.from(text, 'base64'));
    return page;
  });
}
