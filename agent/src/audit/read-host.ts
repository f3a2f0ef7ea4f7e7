/** What checks ask of the host: fixed names below /proc/sys and /etc, and nothing else. `root`: of the host, for tests another one. */
import { existsSync, readdirSync } from 'node:fs';
import { parseCgroupMounts } from '../kernel/cgroup-mounts.js';
import { parseCron, type CronEntry, type CronFormat } from '../kernel/crontab.js';
import { parseMeminfo } from '../kernel/meminfo.js';
import { parseConfig } from '../kernel/systemd-show.js';
import { agentLimits } from '../limits.js';
import { readText } from '../source/proc.js';
import type { Redact } from '../track/redact.js';
import type { HostFacts, PidsCgroup } from './facts.js';

const settingNames = [
  'vm.overcommit_memory',
  'vm.panic_on_oom',
  'vm.oom_dump_tasks',
  'vm.oom_kill_allocating_task',
  'kernel.core_pattern',
  'kernel.core_uses_pid',
] as const;

const systemTables = ['/etc/crontab', '/etc/cron.d'];
const userTables = ['/var/spool/cron/crontabs', '/var/spool/cron'];
const scripts = ['hourly', 'daily', 'weekly', 'monthly'].map((often) => `/etc/cron.${often}`);
const configPlaces = ['/usr/lib/systemd', '/etc/systemd', '/run/systemd'];

export function readSettings(root: string): Omit<HostFacts, 'cron' | 'pidsCgroups' | 'bootSeconds'> {
  const settings = new Map<string, string>();
  for (const name of settingNames) {
    const text = readText(`${root}/proc/sys/${name.replace('.', '/')}`);
    if (text !== undefined) settings.set(name, text.trim());
  }
  const handler = settings.get('kernel.core_pattern')?.slice(1).trimStart().split(/\s/)[0] ?? '';
  return {
    settings,
    memory: parseMeminfo(readText(`${root}/proc/meminfo`) ?? ''),
    coredumpConfig: readConfig(root, 'coredump.conf'),
    journaldConfig: readConfig(root, 'journald.conf'),
    coreHandlerExists: existsSync(`${root}${handler}`),
  };
}

/** Lines that end processes, secrets redacted. */
export function readCron(root: string, redact: Redact): readonly CronEntry[] {
  const read = (place: string, format: CronFormat) =>
    filesOf(root, place).flatMap((file) => parseCron(readText(`${root}${file}`) ?? '', file, format));
  return [
    ...systemTables.flatMap((place) => read(place, 'system')),
    ...userTables.flatMap((place) => read(place, 'user')),
    ...scripts.flatMap((place) => read(place, 'script')),
  ].map((entry) => ({ ...entry, command: redact(['sh', '-c', entry.command])[2] ?? '' }));
}

/** The cgroups with a limit of processes that these are in; parents too, whose limit counts as well. */
export function readPidsCgroups(texts: ReadonlySet<string>): readonly PidsCgroup[] {
  const mounts = parseCgroupMounts(readText('/proc/self/mountinfo') ?? '', readText('/proc/self/cgroup') ?? '');
  const folders = new Map<string, string>();
  for (const line of [...texts].flatMap((text) => text.split('\n'))) {
    const [, hierarchy = '', controllers = '', path = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    const mount = mounts.get(Number(hierarchy));
    if (mount === undefined || (controllers !== '' && !controllers.split(',').includes('pids'))) continue;
    const below = mount.root === '/' ? path : path.slice(mount.root.length);
    for (let end = below.length; end > 0; end = below.lastIndexOf('/', end - 1))
      if (folders.size < agentLimits.auditCgroupsMax)
        folders.set(`${mount.mountPoint}${below.slice(0, end)}`, path.slice(0, path.length - below.length + end));
  }
  return [...folders].flatMap(([folder, path]) => {
    const max = readText(`${folder}/pids.max`)?.trim();
    const current = Number(readText(`${folder}/pids.current`));
    return max === undefined || !/^\d+$/.test(max) || !Number.isInteger(current)
      ? []
      : [{ path, current, max: Number(max) }];
  });
}

/** The file and its drop-ins, in the order of their weight. */
function readConfig(root: string, name: string): ReadonlyMap<string, string> | undefined {
  const files = configPlaces.flatMap((place) => [`${place}/${name}`, ...filesOf(root, `${place}/${name}.d`)]);
  const texts = files.flatMap((file) => readText(`${root}${file}`) ?? []);
  return texts.length === 0 ? undefined : parseConfig(texts);
}

/** A file, or those in a directory; names with a dot at the beginning, or a tilde at the end, are nobody's. */
function filesOf(root: string, place: string): readonly string[] {
  try {
    return readdirSync(`${root}${place}`, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^\.|~$/.test(entry.name))
      .slice(0, agentLimits.auditCronFilesMax)
      .map(({ name }) => `${place}/${name}`)
      .toSorted();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? [place] : [];
  }
}
