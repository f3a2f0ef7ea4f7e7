/**
 * Bytes to text that any JSON reader takes: invalid UTF-8 becomes U+FFFD, NUL ends a string and is never inside one,
 * and no string ends in half a surrogate pair.
 */
/** TASK_COMM_LEN */
const shortBytesMax = 16;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** All of `bytes`; NUL bytes stay in. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** A C string in a field of fixed width. */
export function decodeCString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  return decodeShortAscii(text) ?? utf8.decode(text);
}

/** Names of processes are; a call of the decoder costs more than they do. */
function decodeShortAscii(bytes: Uint8Array): string | undefined {
  if (bytes.length > shortBytesMax) return undefined;
  for (const byte of bytes) if (byte >= 0x80) return undefined;
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

export function cutText(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : text.slice(0, charactersMax).toWellFormed();
}
