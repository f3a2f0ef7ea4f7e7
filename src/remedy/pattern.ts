/** Names with `*` for any characters. In linear time, whatever the pattern: policies are written by people. */
export function fitsPattern(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** Without patterns anything fits; an unknown name fits none. */
export function fitsAny(
  patterns: readonly string[] | undefined,
  names: readonly (string | null | undefined)[],
): boolean {
  if (patterns === undefined) return true;
  return names.some((name) => typeof name === 'string' && patterns.some((pattern) => fitsPattern(pattern, name)));
}
