/**
 * The crontab entry or at(1) job that a process belongs to: the child of the scheduler nearest above it.
 *
 * cron(8) and cronie fork a child of the same name, which starts the entry by `sh -c ENTRY`; with dash a `kill` in it is
 * built in, so that this shell itself is the sender. A scheduler is known by its name, which is also what a kernel
 * record has. Whoever came by terminal or ssh is a person, though PAM gives jobs a login too. Not seen: systemd timers, since nothing of a service says that a timer started it.
 * Source: cron(8) do_command.c, crond(8), atd(8), anacron(8).
 */
import type { AncestorFacts, ProcessFacts } from './facts.js';

export interface ScheduledJob {
  /** `cron`, as it is called on this host. */
  readonly scheduler: string;
  /** As it stands in the crontab; null where the command line is not known. */
  readonly command: string | null;
}

const schedulers: ReadonlySet<string> = new Set(['cron', 'crond', 'anacron', 'fcron', 'atd']);

export function scheduledJob(process: ProcessFacts): ScheduledJob | null {
  // A person, also below an sshd that a job has started.
  if (process.login !== null && (process.login.tty ?? process.login.source) !== null) return null;
  const line: readonly Pick<AncestorFacts, 'comm' | 'args'>[] = [process, ...process.ancestry];
  const index = line.findIndex(({ comm }) => schedulers.has(comm));
  const scheduler = line[index];
  const job = line[index - 1];
  return scheduler && job ? { scheduler: scheduler.comm, command: commandOf(job.args) } : null;
}

function commandOf(args: readonly string[]): string | null {
  const [, option, command] = args;
  if (option === '-c' && command !== undefined) return command;
  return args.length === 0 ? null : args.join(' ');
}
