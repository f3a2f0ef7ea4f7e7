/**
 * The tracing file system. Where nobody has mounted it we do, under our own source name, so that whichever agent leaves
 * last knows that it may unmount it again.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { failure, success, type Result } from '../result.js';
import { loadLibc } from './native.js';

/** The second is where kernels and distributions of before 2015 have it. */
const places = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'] as const;
const tracefsMagic = 0x74726163;
const ownSource = 'whodunit';

/** Where it is mounted. */
export async function ensureTracefs(): Promise<Result<string>> {
  const found = findTracefs();
  if (found !== undefined) return success(found);
  const [place] = places;
  const help = `mount it with mount -t tracefs tracefs ${place}.`;
  const libc = await loadLibc();
  if (!libc.ok) return failure('sensor/no-tracefs', `The tracing file system is not mounted: ${help}`);
  try {
    mkdirSync(place, { recursive: true });
  } catch {
    // sysfs makes this directory itself; where it does not, mount says so below.
  }
  const errno = libc.value.mount(ownSource, place, 'tracefs');
  if (errno === 0 && isTracefs(place)) return success(place);
  return failure(
    'sensor/no-tracefs',
    `The tracing file system cannot be mounted at ${place} (errno ${errno}): ${help}`,
  );
}

export function findTracefs(): string | undefined {
  return places.find((place) => isTracefs(place) && existsSync(join(place, 'instances')));
}

/** Unmounts what we mounted once no instance is in it; an agent that comes at the same moment keeps it busy. */
export async function leaveTracefs(): Promise<void> {
  const [place] = places;
  if (!isTracefs(place) || !isOurMount(place) || readdirSync(join(place, 'instances')).length > 0) return;
  const libc = await loadLibc();
  if (libc.ok) libc.value.unmount(place);
}

function isTracefs(path: string): boolean {
  try {
    return (statfsSync(path).type & 0xffffffff) >>> 0 === tracefsMagic;
  } catch {
    return false;
  }
}

function isOurMount(path: string): boolean {
  return readFileSync('/proc/self/mounts', 'utf8').includes(`${ownSource} ${path} tracefs `);
}
