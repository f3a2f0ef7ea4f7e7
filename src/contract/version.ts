/** The contract's major version. */
export const contractVersion = 1;
