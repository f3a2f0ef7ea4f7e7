/** Injection tokens of what every part may ask for. */
export const ENV = Symbol('env');
export const LOGGER = Symbol('logger');
