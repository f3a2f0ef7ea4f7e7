/**
 * Which service a job means, and who manages it: from its name, or from the process that belongs to it.
 *
 * Mistaken for each other, so refused rather than guessed: a unit of a container or of a user's manager and one of the
 * host that has the same name; a program of supervisord and the service that supervisord itself is.
 */
import { ServiceName, type ServiceManager } from '../contract/index.js';
import { plainOrQuoted } from '../verdict/index.js';
import type { HostFacts, TargetFacts, TargetProcessFacts } from './job-facts.js';
import type { WantedService } from './request.js';

export interface Service {
  readonly manager: ServiceManager;
  readonly name: string;
}

/** The service, or a sentence that says why there is none. */
export function serviceOf(wanted: WantedService, { host, process }: TargetFacts): Service | string {
  if ('process' in wanted) return process === null ? 'Nothing is known of that process.' : serviceOfProcess(process);
  if (!ServiceName.safeParse(wanted.name).success) return `${plainOrQuoted(wanted.name)} is no name of a service.`;
  return wanted.manager === null ? ofHostsInit(wanted.name, host) : named(wanted.manager, wanted.name);
}

function ofHostsInit(name: string, { init }: HostFacts): Service | string {
  if (init === 'systemd' || name.endsWith('.service')) return named('systemd', name);
  if (init === null) return 'What manages services on this host is not known: name the manager.';
  return named('sysvinit', name);
}

/** A target or a slice is many services at once. */
function named(manager: ServiceManager, name: string): Service | string {
  if (manager !== 'systemd') return { manager, name };
  const suffix = unitSuffix.exec(name)?.[1];
  if (suffix === undefined) return { manager, name: `${name}.service` };
  return suffix === 'service' ? { manager, name } : `${plainOrQuoted(name)} is no service, but another kind of unit.`;
}

const unitSuffix = /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

function serviceOfProcess(process: TargetProcessFacts): Service | string {
  const { unit, container, cgroup } = process;
  if (container !== null && !isUnitAroundContainer(process)) {
    const manager = containerManagers[container.runtime];
    return manager === undefined
      ? `It is in a container of ${plainOrQuoted(container.runtime)}, which its orchestrator restarts.`
      : { manager, name: container.id };
  }
  if (process.ancestry.some(({ comm }) => comm === 'supervisord'))
    return 'supervisord started it: name the program, and supervisord as its manager.';
  if (cgroup !== null && /\/user@\d+\.service\//.test(cgroup)) return "It belongs to a user's own service manager.";
  if (unit === null || !unit.endsWith('.service')) return 'It belongs to no service that is known.';
  return { manager: 'systemd', name: unit };
}

const containerManagers: Readonly<Record<string, ServiceManager>> = { docker: 'docker', podman: 'podman' };

/** `podman --cgroups=split`: the container is part of a service of the host. */
function isUnitAroundContainer({ unit, container, cgroup }: TargetProcessFacts): boolean {
  if (unit === null || container === null || cgroup === null) return false;
  const unitAt = cgroup.indexOf(`/${unit}/`);
  return unitAt >= 0 && unitAt < cgroup.indexOf(container.id);
}
