/** What the API says of a host's ledger. */
import type { System } from './system.js';

interface Loss {
  readonly cause: string;
  readonly count: number;
  readonly uncounted: number;
}

export interface Stream {
  readonly name: string;
  readonly read: number;
  readonly stored: number;
  readonly rejected: number;
  readonly dropped: readonly Loss[];
  readonly kernelLost: readonly Loss[];
  readonly balanced: boolean;
  readonly asOf: string | null;
}

export interface Ledger {
  readonly balanced: boolean;
  readonly streams: readonly Stream[];
}

const query = `query ($host: String!) { host(name: $host) { ledger { balanced streams {
  name read stored rejected balanced asOf
  dropped { cause count uncounted } kernelLost { cause count uncounted } } } } }`;

export async function ledgerOf(system: Pick<System, 'gql' | 'host'>): Promise<Ledger> {
  const { data, errors } = await system.gql<{ host: { ledger: Ledger } }>(query, { host: system.host });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.host.ledger;
}

/** `sensor: 120 read = 100 stored + 0 rejected + 20 spool-full` */
export function sentenceOf({ name, read, stored, rejected, dropped, kernelLost }: Stream): string {
  const losses = (of: readonly Loss[]) => of.map(({ cause, count }) => ` + ${count} ${cause}`).join('');
  const kernel = kernelLost.length > 0 ? `; lost by the kernel:${losses(kernelLost)}` : '';
  return `${name}: ${read} read = ${stored} stored + ${rejected} rejected${losses(dropped)}${kernel}`;
}

export const lossesOf = (ledger: Ledger, cause: string): number =>
  ledger.streams
    .flatMap(({ dropped, kernelLost }) => [...dropped, ...kernelLost])
    .filter((loss) => loss.cause === cause)
    .reduce((sum, { count }) => sum + count, 0);

/** By agents, of whatever cause. */
export const droppedOf = (ledger: Ledger): number =>
  ledger.streams.flatMap(({ dropped }) => dropped).reduce((sum, { count }) => sum + count, 0);
