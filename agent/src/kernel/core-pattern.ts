/**
 * What /proc/sys/kernel/core_pattern means for one death: core(5), format_corename() in fs/coredump.c. Of what this agent
 * does not know of the victim (%g, %t, %i …) any value is taken, as far as it stands in the file's name.
 */

export interface CoreVictim {
  /** In the initial pid namespace, and in its own. */
  readonly pid: number;
  readonly ownPid: number;
  readonly comm: string;
  readonly exe: string | undefined;
  readonly uid: number | undefined;
  readonly signal: number;
  readonly hostname: string;
  /** Undefined: not known. */
  readonly cwd: string | undefined;
}

export type CorePattern =
  | { readonly kind: 'none' }
  | { readonly kind: 'handler'; readonly program: string }
  /** `directory`: absolute; undefined where it cannot be told. */
  | { readonly kind: 'file'; readonly directory: string | undefined; readonly name: RegExp };

const anything = Symbol('any value');

export function parseCorePattern(pattern: string, usesPid: boolean, victim: CoreVictim): CorePattern {
  if (pattern.startsWith('|')) return { kind: 'handler', program: pattern.slice(1).trimStart().split(/\s/)[0] ?? '' };
  const withPid = usesPid && !pattern.includes('%p') ? `${pattern}.%p` : pattern;
  if (withPid === '' || withPid.startsWith('@')) return { kind: 'none' };
  const pieces = expand(withPid, victim);
  const lastSlash = pieces.findLastIndex((piece) => piece === '/');
  const before = pieces.slice(0, lastSlash + 1);
  const path = before.some((piece) => piece === anything) ? undefined : before.join('');
  const name = pieces.slice(lastSlash + 1).map((piece) => (piece === anything ? '[^/]*' : escape(String(piece))));
  return { kind: 'file', directory: resolve(path, victim.cwd), name: new RegExp(`^${name.join('')}$`, 'u') };
}

/** Characters and values, each slash of the pattern a piece of its own: those in values were replaced. */
function expand(pattern: string, victim: CoreVictim): readonly (string | typeof anything)[] {
  const pieces: (string | typeof anything)[] = [];
  for (const [match, specifier] of pattern.matchAll(/%(.)?|[^%]/gsu)) {
    pieces.push(match.startsWith('%') ? valueOf(specifier, victim) : match);
  }
  return pieces;
}

function valueOf(specifier: string | undefined, victim: CoreVictim): string | typeof anything {
  switch (specifier) {
    case '%':
      return '%';
    case 'p':
      return String(victim.ownPid);
    case 'P':
      return String(victim.pid);
    case 'u':
      return victim.uid === undefined ? anything : String(victim.uid);
    case 's':
      return String(victim.signal);
    case 'e':
      return withoutSlashes(victim.comm);
    case 'h':
      return withoutSlashes(victim.hostname);
    case 'E':
      return victim.exe === undefined ? anything : withoutSlashes(victim.exe);
    case 'f':
      return victim.exe === undefined ? anything : (victim.exe.split('/').at(-1) ?? '');
    // A percent sign at the end, and letters that the kernel does not know, are dropped; those are few, and it learns.
    default:
      return specifier === undefined ? '' : anything;
  }
}

/** cn_vprintf(): a name that is only dots would be a directory. */
function withoutSlashes(text: string): string {
  const safe = text.replaceAll('/', '!');
  return safe === '.' || safe === '..' ? safe.replace('.', '!') : safe;
}

function resolve(path: string | undefined, cwd: string | undefined): string | undefined {
  if (path === undefined || path.startsWith('/')) return path;
  return cwd === undefined ? undefined : `${cwd === '/' ? '' : cwd}/${path}`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
