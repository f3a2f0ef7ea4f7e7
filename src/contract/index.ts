/** What agent and server say to each other. Imports nothing but its schema library. */
export * from './action.js';
export * from './batch.js';
export * from './command.js';
export * from './dsse.js';
export * from './enroll.js';
export * from './event.js';
export { BootNanoseconds, Container, Login, ProcessRef, User } from './fields.js';
export * from './kernel-log.js';
export * from './ledger.js';
export * from './limits.js';
export * from './problem.js';
export * from './streams.js';
export * from './version.js';
