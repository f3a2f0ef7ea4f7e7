/** Which names say that their value is a secret: of flags, variables, keys and headers. */

/** A longer name is looked at from its end only, which is where the noun stands. */
export const nameCharactersMax = 64;

export type IsSecretName = (name: string) => boolean;

/** `DB_PASSWORD`, `--apiKey`, `X-Auth-Token`, `javax.net.ssl.keyStorePassword`; not `--password-file`, which names a file. */
const endsAsSecret =
  /(?:password|passwd|passphrase|passcode|token|secret|credentials?|creds|(?:api|access|secret|private|account|encrypt(?:ion)?|sign(?:ing)?|master|shared|auth|license|storage|deploy)[-_]?key|(?:store|key|require|become|docker|bind)[-_]?pass|masterauth|psk|[-_.](?:pass|pwd|pw|auth|otp)|signature|authorization|cookie)(?:[-_]?(?:base|hash|string|value|plain|text|\d{1,3}))?$/i;
const whole = /^(?:pass|pwd|pw|otp|sig|apikey|sas)$/i;
const negated = /^(?:no|without|use|show|require|skip|has|is)[-_]/i;

/** `more`: names that this site keeps secrets under, in any spelling of case, `-`, `_` and `.`. */
export function secretNames(more: readonly string[]): IsSecretName {
  const own: ReadonlySet<string> = new Set(more.map(plain));
  return (name) => {
    const end = name.slice(-nameCharactersMax);
    if (own.size > 0 && (own.has(plain(end)) || own.has(plain(end.slice(end.lastIndexOf('.') + 1))))) return true;
    return (endsAsSecret.test(end) || whole.test(end)) && !negated.test(end);
  };
}

/** PWD=/root is a directory, Pwd=x of a connection string is not. */
export function isDirectory(name: string, firstOfValue: string): boolean {
  return name.toLowerCase() === 'pwd' && (firstOfValue === '/' || firstOfValue === '~');
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, '');
}

/** Letters, digits, `_`, `-`, `.`. */
export function isNameCharacter(code: number): boolean {
  return isWordCharacter(code) || code === 0x2d || code === 0x2e;
}

/** Letters, digits, `_`. */
export function isWordCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f
  );
}

export function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
