/**
 * systemd as a sender: the system's, a user's, or that of a booted container.
 *
 * Its name alone proves nothing, since anybody may call a program `systemd`. It is believed of process 1, and of what
 * runs in `init.scope` or is a user's manager: where systemd puts itself and, on the system's side, nobody else. One that
 * is known to be in another unit is an impostor. Where the unit is not known, having started the victim speaks for it.
 * Source: systemd(1), systemd.special(7) (init.scope, user@.service).
 */
import { certainty } from './confidence.js';
import { containerName, loginName, processName } from './describe.js';
import type { ProcessFacts } from './facts.js';
import { isSame } from './signal-origin.js';
import { same, zh, type Text } from './text.js';

/** What systemd becomes at the very end of a shutdown, as the kernel cuts its name. */
export const shutdownProgram = 'systemd-shutdow';

/** How sure it is that this is a service manager; 0 when it is not. */
export function managerCertainty(sender: ProcessFacts, victim: ProcessFacts): number {
  return isCalledSystemd(sender) ? certaintyOfPlace(sender, victim) : 0;
}

/** For a program of that name: whether it runs where a service manager does. */
export function certaintyOfPlace(sender: ProcessFacts, victim: ProcessFacts): number {
  if (sender.kernelThread) return 0;
  if (sender.ref.pid === 1 || isInManagersPlace(sender)) return certainty.exact;
  if (sender.unit !== null) return 0;
  const startedVictim = victim.ancestry.some(({ ref }) => isSame(ref, sender.ref));
  return startedVictim ? certainty.managerByName : certainty.nameOnly;
}

export function isUserManager({ unit, args }: Pick<ProcessFacts, 'unit' | 'args'>): boolean {
  return (unit !== null && userManager.test(unit)) || args.includes('--user');
}

/** `systemd`, `systemd (pid 4242)` where it is not the host's, `the service manager of alice`. */
export function managerName(manager: ProcessFacts): Text {
  const name = processName(manager);
  if (manager.ref.pid === 1) return same('systemd');
  if (!isUserManager(manager)) return name;
  const owner = manager.login === null ? manager.userName : loginName(manager.login);
  return owner === null ? name : { en: `${owner}'s ${name.en}`, zh: zh`${owner}的${name}` };
}

/** Whose end it is when this manager shuts down. */
export function machineName(manager: ProcessFacts, victim: ProcessFacts): Text {
  if (manager.ref.pid === 1 || isUserManager(manager)) return { en: 'the host', zh: '主机' };
  if (victim.container !== null) return containerName(victim.container);
  const { pid } = manager.ref;
  return { en: `the machine of systemd (pid ${pid})`, zh: `systemd（pid ${pid}）所在的系统` };
}

/** Started by the link /sbin/init it gives itself its own name only later. */
function isCalledSystemd({ comm, exe }: ProcessFacts): boolean {
  return comm === 'systemd' || (comm === 'init' && exe !== null && exe.endsWith('/systemd'));
}

const userManager = /^user@\d+\.service$/;

function isInManagersPlace({ unit, cgroup }: ProcessFacts): boolean {
  if (unit !== null) return unit === 'init.scope' || userManager.test(unit);
  return cgroup !== null && cgroup.endsWith('/init.scope');
}
