/** What agent and server say to each other. Imports nothing but its schema library. */
export * from './batch.js';
export * from './enroll.js';
export * from './event.js';
export * from './limits.js';
export * from './problem.js';
