/** `npm run fuzz`: test/fuzz/main.ts. */
import { join } from 'node:path';
import { runTypeScript } from './run-typescript.mjs';

process.chdir(join(import.meta.dirname, '..'));
await runTypeScript('test/fuzz/main.ts');
