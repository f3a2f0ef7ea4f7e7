/**
 * The agent's one door to the wire contract: its shapes as types, its limits as values. The schemas stay outside: zod would be
 * four fifths of the bundle and 8 MiB of the agent's memory, to check three small replies (uplink/replies.ts).
 */
export type * from '../../src/contract/index.js';
export { filterCheck, processStates } from '../../src/contract/audit-checks.js';
export { oomDaemons } from '../../src/contract/oom-daemons.js';
export { signedBytes } from '../../src/contract/dsse.js';
export { labelKeyPattern, limits } from '../../src/contract/limits.js';
export { streamOf, streams } from '../../src/contract/streams.js';
export { contractVersion } from '../../src/contract/version.js';
