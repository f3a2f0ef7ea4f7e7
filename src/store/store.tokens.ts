/** Injection tokens of the connections; nothing outside `store` asks for them. */
export const DB = Symbol('postgres.js');
export const PRISMA = Symbol('prisma');
export const INGEST_DB = Symbol('postgres.js for ingest');
export const STEPS_DB = Symbol('postgres.js for steps of jobs');
