/** The agent's one door to the wire contract. */
export * from '../../src/contract/index.js';
