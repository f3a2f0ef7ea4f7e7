/**
 * Bytes to text that any JSON reader takes: invalid UTF-8 becomes U+FFFD, NUL ends a string and is never inside one,
 * and no string ends in half a surrogate pair.
 */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** All of `bytes`; NUL bytes stay in. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** A C string in a field of fixed width. */
export function decodeCString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

export function cutText(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : text.slice(0, charactersMax).toWellFormed();
}
