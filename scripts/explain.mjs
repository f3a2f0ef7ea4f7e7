/** `npm run explain`: explain/main.ts, with file names as the user's shell understands them. */
import { runTypeScript } from './run-typescript.mjs';

// npm changes to the package's own directory.
process.chdir(process.env['INIT_CWD'] ?? '.');
await runTypeScript('explain/main.ts');
