/** Starts programs of the list, and asks the sockets of the list. The only place of the agent that does either. */
import { readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { agentLimits } from '../limits.js';
import { success, type Result } from '../result.js';
import { refuse } from './refusal.js';
import type { System } from './system.js';
import { programs, sockets, type EngineReply, type Ran, type Tools } from './tools.js';

/** All that a program is given of an environment. */
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C', LC_ALL: 'C', SYSTEMD_PAGER: '' };

export function createTools(system: Pick<System, 'starts'>, where = { programs, sockets }): Tools {
  return {
    async run(program, args, timeoutMs) {
      const path = where.programs[program].find(isTrustworthy);
      if (path === undefined) return refuse('command/not-possible', `There is no ${program} of root's on this host.`);
      return success(await run(path, args, timeoutMs, (pid) => actorOf(pid, system)));
    },
    async ask(engine, method, path, timeoutMs) {
      const socketPath = where.sockets[engine].find((one) => statSync(one, { throwIfNoEntry: false })?.isSocket());
      if (socketPath === undefined)
        return refuse('command/not-possible', `${engine} has no socket on this host (${where.sockets[engine][0]}).`);
      return ask(socketPath, method, path, timeoutMs);
    },
    readPidFile: (service) => readPid(`/run/${service}.pid`) ?? readPid(`/run/${service}/${service}.pid`),
    hasInitScript: (service) => isTrustworthy(`/etc/init.d/${service}`),
  };
}

/** Nobody but root could have put something else there. */
function isTrustworthy(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isFile() && found.uid === 0 && (found.mode & 0o022) === 0;
}

async function run(
  path: string,
  args: readonly string[],
  timeoutMs: number,
  actor: (pid: number) => Ran['actor'],
): Promise<Ran> {
  // Only once there is something to run: it is not needed otherwise.
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const child = spawn(path, args, { cwd: '/', env: environment, shell: false, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = child.pid === undefined ? undefined : actor(child.pid);
    // An agent that ends does not wait for it: the service manager goes on, and the intent is UNKNOWN.
    for (const part of [child, child.stdout as Socket, child.stderr as Socket]) part.unref();
    let output = '';
    const take = (text: string) => (output = `${output}${text}`.slice(0, agentLimits.programOutputBytesMax));
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const impatience = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const done = (exitCode: number | undefined) => {
      clearTimeout(impatience);
      // A daemon that was started may hold on to our pipes.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ exitCode, output, actor: started });
    };
    child.once('error', (error) => {
      take(error.message);
      done(undefined);
    });
    child.once('exit', (code) => {
      const end = () => done(code ?? undefined);
      // What it wrote may still have to be read. Whoever inherited the pipes is not waited for.
      setTimeout(end, agentLimits.programPipesMs);
      child.once('close', end);
    });
  });
}

/** It has not been waited for, so it is there, if only as a zombie. */
function actorOf(pid: number, system: Pick<System, 'starts'>): Ran['actor'] {
  const start = system.starts().get(pid);
  return start === undefined ? undefined : { pid, start: start.toString() };
}

function ask(socketPath: string, method: string, path: string, timeoutMs: number): Promise<Result<EngineReply>> {
  return new Promise((resolve) => {
    const fail = (reason: string) => resolve(refuse('command/not-possible', `${socketPath}: ${reason}`));
    const options = {
      socketPath,
      method,
      path,
      headers: { host: 'localhost' },
      signal: AbortSignal.timeout(timeoutMs),
    };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.length > agentLimits.replyBytesMax) response.destroy(new Error('the reply is too long'));
      });
      response.on('error', (error) => fail(error.message));
      response.on('end', () => resolve(success({ status: response.statusCode ?? 0, body: parseJson(text) })));
    });
    sent.on('error', (error) => fail(error.message));
    sent.end();
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'latin1').trim());
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}
