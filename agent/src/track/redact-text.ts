/** Secrets within one text: headers, addresses, queries, and tokens that show by their form what they are. */
const redacted = '[redacted]';

/** `Authorization: Bearer x`, `X-Api-Key: x`, `"token":"x"`. */
const header =
  /((?:authorization|cookie|api[-_]?key|[-_]token|auth[-_]token|secret[-_]?key|password|"token|"secret)["']?\s{0,8}:)(\s{0,8}["']?(?:(?:bearer|basic|token|digest|negotiate)\s{1,8})?)([^\s"']+)/gi;
const bearer = /(\bbearer\s{1,8})([A-Za-z0-9._~+/=-]{8,})/gi;

/** `?access_token=x&`, `;password=x`. */
const parameter =
  /((?:password|passwd|[-_]pwd|token|secret|api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key|signature)=)([^\s&;,"']+)/gi;

/** openssl's `pass:x`. */
const opensslPass = /(\bpass:)([^\s"']+)/g;

/** By prefix: our own, AWS, GitHub, GitLab, Slack, Stripe, Google, npm, OpenAI-like keys, JSON web tokens. */
const known =
  /\b(?:wd_(?:admin|enroll|host)_[A-Za-z0-9_-]{20,}|(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|sk-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}|eyJ[A-Za-z0-9_-]{8,256}\.[A-Za-z0-9_.-]{8,})/g;

const pemKey = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/;

export function redactText(text: string): string {
  if (pemKey.test(text)) return redacted;
  return redactAuthority(text)
    .replace(header, `$1$2${redacted}`)
    .replace(bearer, `$1${redacted}`)
    .replace(parameter, `$1${redacted}`)
    .replace(opensslPass, `$1${redacted}`)
    .replace(known, redacted);
}

/** `scheme://user:password@host`: walked by hand, since a pattern for it is not linear. */
function redactAuthority(text: string): string {
  let result = '';
  let copied = 0;
  let mark = text.indexOf('://');
  while (mark >= 0) {
    const start = mark + 3;
    const authority = text.slice(start, endOfAuthority(text, start));
    const at = authority.lastIndexOf('@');
    const colon = authority.indexOf(':');
    if (colon >= 0 && colon < at) {
      result += `${text.slice(copied, start + colon + 1)}${redacted}`;
      copied = start + at;
    }
    mark = text.indexOf('://', start);
  }
  return result + text.slice(copied);
}

function endOfAuthority(text: string, start: number): number {
  for (let index = start; index < text.length; index += 1) {
    if (' \t\n\r/?#"\'<>'.includes(text.charAt(index))) return index;
  }
  return text.length;
}
