/** `npm start`. Only looks at Node's version: what start-main.mjs imports may not even load on an old one. */
import { refuseOldNode } from './node-version.mjs';

const tooOld = refuseOldNode(process.versions.node);
if (tooOld) {
  console.error(`whodunit: ${tooOld}`);
  process.exit(1);
}
await import('./start-main.mjs');
