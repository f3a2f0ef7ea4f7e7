/** Relay connections over keyset pages. */
import { limits } from '../contract/index.js';
import { Failure } from './errors.js';

export interface Connection<T> {
  readonly edges: { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** @throws Failure `history/bad-page-size`. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? limits.pageDefault;
  if (Number.isInteger(size) && size >= 1 && size <= limits.pageMax) return size;
  throw new Failure({
    code: 'history/bad-page-size',
    status: 400,
    detail: `\`first\` must be between 1 and ${limits.pageMax}; it is ${size}. Follow \`endCursor\` for more.`,
  });
}

/** @param rows one more than the page size, when there are more. */
export function toConnection<T>(rows: readonly T[], size: number, cursorOf: (row: T) => string): Connection<T> {
  const nodes = rows.slice(0, size);
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return { edges, nodes, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
}
