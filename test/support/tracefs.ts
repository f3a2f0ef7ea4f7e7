/** A look into the tracing file system, whether or not it is mounted now; and where a shared library is. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Names of all tracing instances. */
export function traceInstances(): readonly string[] {
  return inTracefs('ls instances').split('\n').filter(Boolean);
}

/** How many events were taken out of an instance. */
export function readEventsOf(instance: string): number {
  const lines = inTracefs(`cat instances/${instance}/per_cpu/cpu*/stats`).matchAll(/^read events: (\d+)$/gm);
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
}

function inTracefs(command: string): string {
  const mount = 'mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing';
  const script = `${mount}; cd /sys/kernel/tracing && ${command}`;
  return spawnSync('unshare', ['--mount', '/bin/sh', '-c', script], { encoding: 'utf8' }).stdout;
}

export function isTracefsMountedByAgent(): boolean {
  return readFileSync('/proc/mounts', 'utf8').includes('whodunit /sys/kernel/tracing tracefs');
}

/** The file that the dynamic loader takes for it. @throws when there is none */
export function sharedLibrary(name: string): string {
  const env = { PATH: `${process.env['PATH']}:/sbin:/usr/sbin` };
  const line = spawnSync('ldconfig', ['-p'], { env, encoding: 'utf8' })
    .stdout.split('\n')
    .find((one) => one.includes(`${name} `));
  const path = line?.split(' => ')[1]?.trim();
  if (path === undefined || !existsSync(path)) throw new Error(`${name} is not installed`);
  return path;
}
