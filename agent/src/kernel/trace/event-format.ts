/**
 * What the kernel says of the layout of its trace data, so that no offset is written down here:
 *
 *   events/SYSTEM/EVENT/format   `name: …`, `ID: …`, then one line for each field
 *   events/header_page           the same lines, for the head of a page
 *
 *   field:TYPE NAME[COUNT];  offset:N;  size:N;  signed:N;
 *
 * Documentation/trace/events.rst. `__data_loc` fields hold where the text is: length in the upper half, offset in the
 * lower. Never throws: what is not such a text gives undefined.
 */
export interface TraceField {
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  /** `__data_loc`: the field says where the value is. */
  readonly dynamic: boolean;
}

export interface EventFormat {
  readonly id: number;
  readonly name: string;
  readonly fields: ReadonlyMap<string, TraceField>;
}

/** Where things are in a page of the ring buffer. */
export interface PageLayout {
  readonly timestamp: TraceField;
  readonly commit: TraceField;
  /** Of the first event. */
  readonly dataOffset: number;
  readonly pageBytes: number;
}

/** A page is 4 to 64 KiB (buffer_subbuf_size_kb allows more); larger numbers are not believed. */
const offsetMax = 1024 * 1024;

const fieldLine =
  /^[ \t]*field:([^;\n]{1,256});[ \t]*offset:(\d{1,9});[ \t]*size:(\d{1,9});(?:[ \t]*signed:([01]);)?/gm;

export function parseEventFormat(text: string): EventFormat | undefined {
  const name = /^name: (\S{1,128})$/m.exec(text)?.[1];
  const id = /^ID: (\d{1,5})$/m.exec(text)?.[1];
  const fields = parseFields(text);
  if (name === undefined || id === undefined || fields === undefined || fields.size === 0) return undefined;
  return { id: Number(id), name, fields };
}

export function parseHeaderPage(text: string): PageLayout | undefined {
  const fields = parseFields(text);
  const timestamp = fields?.get('timestamp');
  const commit = fields?.get('commit');
  const data = fields?.get('data');
  if (timestamp?.size !== 8 || data === undefined || (commit?.size !== 8 && commit?.size !== 4)) return undefined;
  const headEnd = Math.max(timestamp.offset + 8, commit.offset + commit.size);
  if (data.offset < headEnd || data.size < 8) return undefined;
  return { timestamp, commit, dataOffset: data.offset, pageBytes: data.offset + data.size };
}

function parseFields(text: string): ReadonlyMap<string, TraceField> | undefined {
  const fields = new Map<string, TraceField>();
  for (const [, declaration = '', offset, size, signed] of text.matchAll(fieldLine)) {
    const name = /([A-Za-z_]\w*)[ \t]*(?:\[[^\]]*\])?$/.exec(declaration)?.[1];
    const field = { offset: Number(offset), size: Number(size), signed: signed === '1' };
    if (name === undefined || field.offset + field.size > offsetMax) return undefined;
    fields.set(name, { ...field, dynamic: declaration.startsWith('__data_loc ') });
  }
  return fields;
}
