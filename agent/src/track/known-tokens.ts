/** Secrets that show by their form what they are, wherever they stand. */
import { isNameCharacter } from './secret-names.js';

/** Beginnings that the issuers publish for secret scanners, and how many characters follow at least. */
const beginnings: readonly (readonly [string, number])[] = [
  ...['wd_admin_', 'wd_enroll_', 'wd_host_'].map((begin) => [begin, 20] as const),
  ...['AKIA', 'ASIA'].map((begin) => [begin, 16] as const),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'].map((begin) => [begin, 20] as const),
  ...['glpat-', 'glptt-', 'gldt-', 'glrt-'].map((begin) => [begin, 16] as const),
  ...['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'].map((begin) => [begin, 10] as const),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'].map((begin) => [begin, 10] as const),
  ...['sk-', 'hvs.', 'hvb.', 'npm_', 'pypi-', 'dop_v1_', 'dckr_pat_', 'shpat_'].map((begin) => [begin, 20] as const),
  ...['AIza', 'hf_', 'gsk_', 'ya29.', 'SG.', 'NRAK-', 'GOCSPX-', 'tskey-', 'ATATT3x'].map(
    (begin) => [begin, 20] as const,
  ),
  ['AGE-SECRET-KEY-1', 20],
  // A JSON web token: base64url of `{"`.
  ['eyJ', 20],
];

const byFirst: ReadonlyMap<number, readonly (readonly [string, number])[]> = new Map(
  beginnings.map(([begin]) => {
    const first = begin.charCodeAt(0);
    return [first, beginnings.filter(([other]) => other.charCodeAt(0) === first)];
  }),
);

/** Webhooks: whoever knows the address may post. What follows is the secret. */
const paths = ['hooks.slack.com/services/', 'discord.com/api/webhooks/', 'api.telegram.org/bot'] as const;

/** Where the token that begins at `start` ends; undefined when none does. `start` is not inside a word. */
export function endOfKnownToken(text: string, start: number): number | undefined {
  for (const [begin, least] of byFirst.get(text.charCodeAt(start)) ?? []) {
    if (!text.startsWith(begin, start)) continue;
    const from = start + begin.length;
    if (hasNameCharacters(text, from, least)) return endOfNameCharacters(text, from + least);
  }
  return undefined;
}

/** Where the secret part of a webhook's address begins, when the address stands at `start`. */
export function startOfWebhookSecret(text: string, start: number): number | undefined {
  const path = paths.find((known) => text.startsWith(known, start));
  return path === undefined ? undefined : start + path.length;
}

function hasNameCharacters(text: string, from: number, count: number): boolean {
  for (let index = from; index < from + count; index += 1) if (!isNameCharacter(text.charCodeAt(index))) return false;
  return true;
}

function endOfNameCharacters(text: string, from: number): number {
  let end = from;
  while (end < text.length && isNameCharacter(text.charCodeAt(end))) end += 1;
  return end;
}
