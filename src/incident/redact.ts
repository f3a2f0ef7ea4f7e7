/** Keeps the secrets of a receiver's configuration out of what is written down of its answers. Pure. */

const charactersMax = 512;
/** Shorter parts of an address (`v2`, `send`) are no secrets, and would leave nothing readable. */
const secretCharactersMin = 8;

/** The beginning of a text from outside, as one line. @param config of the receiver that it came from */
export function excerpt(text: string, config: Readonly<Record<string, unknown>>): string {
  const visible = text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return redact(visible, config).trim().slice(0, charactersMax).toWellFormed();
}

function redact(text: string, config: Readonly<Record<string, unknown>>): string {
  const secrets = Object.values(config).flatMap((value) => (typeof value === 'string' ? secretParts(value) : []));
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}

function secretParts(value: string): string[] {
  if (!/^https?:/.test(value)) return forms(value);
  const { pathname, search, searchParams } = new URL(value);
  const parts = [`${pathname}${search}`, ...pathname.split('/'), ...searchParams.values()];
  return parts.flatMap(forms).filter((part) => part.length >= secretCharactersMin);
}

const forms = (text: string) =>
  [text, decoded(text), encodeURIComponent(text), Buffer.from(text).toString('base64')].filter((form) => form !== '');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
