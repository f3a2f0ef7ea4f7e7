/** What agent and server say to each other. Imports nothing but its schema library. */
export * from './action.js';
export { Answer, Question, ProcessFilter as AuditProcessFilter } from './audit.js';
export type { AuditFacts, Finding as AuditFinding, Subject as AuditSubject } from './audit.js';
export * from './audit-checks.js';
export * from './batch.js';
export * from './circumstances.js';
export * from './command.js';
export * from './dsse.js';
export * from './enroll.js';
export * from './event.js';
export { BootNanoseconds, Container, Label, Login, ProcessRef, User } from './fields.js';
export * from './kernel-log.js';
export * from './ledger.js';
export * from './limits.js';
export * from './oom-daemons.js';
export * from './problem.js';
export * from './streams.js';
export * from './version.js';
