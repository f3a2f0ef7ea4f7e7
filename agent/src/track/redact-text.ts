/**
 * Secrets within one text: `name=value`, `name: value`, headers, JSON, XML, SQL, addresses, private keys, known tokens.
 *
 * One walk from left to right. At a sign that can stand between a name and its value the name is looked for behind, at
 * most nameCharactersMax characters; what is taken out is stepped over; nothing else is looked at again. So the work is
 * linear in the length, whatever the text is: no pattern is run over more than a name.
 */
import { endOfKnownToken, startOfWebhookSecret } from './known-tokens.js';
import { endOfWord, secretOfAddress, type Span } from './redact-address.js';
import { nameBefore, valueAfter } from './redact-value.js';
import { isBlank, isDirectory, isWordCharacter, type IsSecretName } from './secret-names.js';

export const redacted = '[redacted]';

const schemes = ['bearer ', 'basic '] as const;
const keyBegin = '-----BEGIN ';
const keyEnd = '-----END ';

export function redactText(text: string, isSecret: IsSecretName): string {
  let result = '';
  let copied = 0;
  let wordEnd = 0;
  let index = 0;
  while (index < text.length) {
    if (index >= wordEnd) wordEnd = endOfWord(text, index + 1);
    const span = secretAt(text, index, wordEnd, isSecret);
    if (span === undefined) {
      index += 1;
      continue;
    }
    if (span.end > span.start) {
      result += `${text.slice(copied, span.start)}${redacted}`;
      copied = span.end;
    }
    index = Math.max(index + 1, span.end);
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function secretAt(text: string, index: number, wordEnd: number, isSecret: IsSecretName): Span | undefined {
  const code = text.charCodeAt(index);
  switch (code) {
    case 0x3a /* : */:
      if (text.startsWith('://', index)) return secretOfAddress(text, index, wordEnd);
      return secretValue(text, index, isSecret);
    case 0x3d /* = */:
    case 0x3e /* > */:
    case 0x22 /* " */:
    case 0x27 /* ' */:
      return secretValue(text, index, isSecret);
    case 0x2d /* - */:
      return privateKey(text, index);
  }
  if (!isWordCharacter(code) || (index > 0 && isWordCharacter(text.charCodeAt(index - 1)))) return undefined;
  const tokenEnd = endOfKnownToken(text, index);
  if (tokenEnd !== undefined) return { start: index, end: tokenEnd };
  const webhook = startOfWebhookSecret(text, index);
  return webhook === undefined ? schemeToken(text, index) : { start: webhook, end: endOfWord(text, webhook) };
}

function secretValue(text: string, index: number, isSecret: IsSecretName): Span | undefined {
  const name = nameBefore(text, index);
  if (name === undefined || !isSecret(name.text) || isDirectory(name.text, text.charAt(index + 1))) return undefined;
  return valueAfter(text, index, name);
}

/** `Bearer x`, `Basic x`: not in prose, hence the length. openssl's `pass:x` is a name with its value. */
function schemeToken(text: string, start: number): Span | undefined {
  if (!'bB'.includes(text.charAt(start))) return undefined;
  const scheme = schemes.find((word) => text.slice(start, start + word.length).toLowerCase() === word);
  if (scheme === undefined) return undefined;
  let from = start + scheme.length;
  for (let blanks = 0; blanks < 8 && isBlank(text.charCodeAt(from)); blanks += 1) from += 1;
  const least = text.slice(from, from + 8);
  return /^[A-Za-z0-9._~+/=-]{8}$/.test(least) ? { start: from, end: endOfWord(text, from) } : undefined;
}

/** Up to its end, or to that of the text. */
function privateKey(text: string, start: number): Span | undefined {
  if (!text.startsWith(keyBegin, start)) return undefined;
  if (!text.slice(start, start + 64).includes('PRIVATE KEY')) return undefined;
  const end = text.indexOf(keyEnd, start);
  const dashes = end < 0 ? -1 : text.indexOf('-----', end + keyEnd.length);
  return { start, end: dashes < 0 ? text.length : dashes + 5 };
}
