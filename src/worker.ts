/** The worker process: verdicts, and whatever else the queue wakes. */
import 'reflect-metadata';
import { runProgram } from './platform/program.js';
import { startWorker } from './worker.module.js';

await runProgram('worker', startWorker);
