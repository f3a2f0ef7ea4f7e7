/** The API process. */
import 'reflect-metadata';
import { startApi } from './edge/api.js';
import { runProgram } from './platform/program.js';

await runProgram('api', startApi);
