/** Injection tokens of the two connections; nothing outside `store` asks for them. */
export const DB = Symbol('postgres.js');
export const PRISMA = Symbol('prisma');
