/** Set by agent/build.mjs from package.json. */
declare const WHODUNIT_VERSION: string | undefined;

export const version = typeof WHODUNIT_VERSION === 'string' ? WHODUNIT_VERSION : 'development';
