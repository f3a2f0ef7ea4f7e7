/** For the property tests of the engine: facts that lack one thing. */
import type { DeathFacts } from './facts.js';

export interface Lesser {
  readonly path: string;
  readonly lesser: DeathFacts;
}

/** Every way to lose one field: what may be null becomes null, a list becomes empty; at any depth. */
export function withoutOneField(facts: DeathFacts): readonly Lesser[] {
  const ending = (['code', 'signal'] as const).filter((field) => facts[field] !== null);
  return [
    ...ending.map((field) => ({ path: `/${field}`, lesser: { ...facts, [field]: null } })),
    ...losses(facts, '').map(({ path, value }) => ({ path, lesser: value as DeathFacts })),
  ];
}

function losses(value: unknown, path: string): { path: string; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => {
    const here = `${path}/${key}`;
    const replaced = (other: unknown) =>
      Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other };
    const gone = nullable.has(key) && field !== null ? [null] : Array.isArray(field) && field.length > 0 ? [[]] : [];
    return [
      ...gone.map((nothing) => ({ path: here, value: replaced(nothing) })),
      ...losses(field, here).map((deeper) => ({ path: deeper.path, value: replaced(deeper.value) })),
    ];
  });
}

/** Without what is nullable in one place and plain in another: `code`, `signal`, `pid`, `limit`, `total`. */
// prettier-ignore
const nullable: ReadonlySet<string> = new Set([
  'exe', 'uid', 'userName', 'login', 'name', 'session', 'tty', 'sender', 'running', 'thread', 'address', 'sameShot', 'oomKillAt', 'rung', 'count',
  'cgroup', 'oomReport', 'table', 'coreDump', 'constraint', 'trigger', 'gfpMask', 'order', 'failures', 'anonRss', 'fileRss', 'shmemRss',
  'pageTables', 'oomScoreAdj', 'ended', 'pattern', 'path', 'size', 'obstacle', 'passedOn', 'reachedLimit', 'soft', 'hard', 'cpuTime',
  'memoryState', 'available', 'swapTotal', 'swapFree', 'stalled', 'full',
]);
