/** `npm run build`: generated code, server and agent, into src/generated and dist. */
import { buildAll } from './build-steps.mjs';

await buildAll({ log: console.log });
