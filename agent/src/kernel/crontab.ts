/**
 * crontab(5), cron(8): lines that end processes. In /etc/crontab and /etc/cron.d a user stands before the command; a user's own
 * table has none. Scripts of cron.daily and the like are commands line by line. Restarts count: they end what runs.
 */
export interface CronEntry {
  readonly file: string;
  readonly line: number;
  readonly command: string;
  /** `kill`, `pkill`, `systemctl restart` … */
  readonly by: string;
}

export type CronFormat = 'system' | 'user' | 'script';

const time = /^(?:@\w+|(?:\S+\s+){4}\S+)\s+/;
const killer =
  /(?:^|[\s;&|(`/])(kill|pkill|killall|killall5|fuser\s+(?:-\w+\s+)*-\w*k|skill|systemctl\s+(?:-\S+\s+)*(?:kill|stop|restart|try-restart)|service\s+\S+\s+(?:stop|restart)|docker\s+(?:kill|stop|restart)|podman\s+(?:kill|stop|restart)|shutdown|reboot)(?=$|[\s;&|)`])/;

export function parseCron(text: string, file: string, format: CronFormat): readonly CronEntry[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const command = commandOf(line, format);
    const by = command === undefined ? undefined : killer.exec(command)?.[1];
    // Signal 0 and lists of names touch nobody.
    if (command === undefined || by === undefined || /\bkill\s+-(0|l)\b/.test(command)) return [];
    return [{ file, line: index + 1, command, by: by.replaceAll(/\s+/g, ' ') }];
  });
}

function commandOf(line: string, format: CronFormat): string | undefined {
  if (format === 'script') return line;
  const when = time.exec(line)?.[0];
  // A variable: NAME = value.
  if (when === undefined || /^\w+\s*=/.test(line)) return undefined;
  const rest = line.slice(when.length);
  return format === 'user' ? rest : rest.replace(/^\S+\s+/, '');
}
