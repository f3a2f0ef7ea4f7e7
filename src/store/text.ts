/** Text that Postgres can hold. */

const escapedTrouble = /\\u(0000|[dD][89a-fA-F])/;

/**
 * Replaces what JSON can say and Postgres text cannot hold (NUL, lone surrogates) by U+FFFD, throughout a value.
 * Agents never send it; a hostile or broken one must not be able to make a batch unstorable.
 */
export function storable<T>(value: T): T {
  return isStorable(value) ? value : (clean(value) as T);
}

/** A value as JSON that Postgres can hold. */
export function storableJson(value: object): string {
  const text = JSON.stringify(value);
  return escapedTrouble.test(text) ? JSON.stringify(clean(value)) : text;
}

/** What a text was stored as, so that asking for it finds it. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** For an optional condition. */
export function textOrNull(text: string | null | undefined): string | null {
  return text == null ? null : storableText(text);
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (Array.isArray(value)) return value.every(isStorable);
  if (value === null || typeof value !== 'object') return true;
  // What JSON.parse made inherits nothing that this would find.
  for (const key in value) if (!isStorable(key) || !isStorable((value as Record<string, unknown>)[key])) return false;
  return true;
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [clean(key), clean(member)]));
}
