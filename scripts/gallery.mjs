/** `npm run gallery`: test/scenarios/main.ts, against what is built; builds first what is not. */
import { buildAll, isBuilt } from './build-steps.mjs';
import { installMissing } from './installed.mjs';
import { runTypeScript } from './run-typescript.mjs';

await installMissing({ log: console.error });
const isQuestion = process.argv.includes('--help');
if (!isQuestion && !(await isBuilt())) await buildAll({ log: console.error });
await runTypeScript('test/scenarios/main.ts', { readsItsTree: true });
