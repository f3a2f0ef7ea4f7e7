/** systemd, through systemctl(1): of the manager that runs the host, and its services only (a target could be the reboot). */
import { limits } from '../../contract.js';
import { agentLimits } from '../../limits.js';
import { success, type Result } from '../../result.js';
import type { Context } from '../context.js';
import { refuse } from '../refusal.js';
import type { Manager, Restarted, ServiceState } from './manager.js';
import { runStep } from './run-step.js';

const properties = ['LoadState', 'ActiveState', 'SubState', 'MainPID', 'NRestarts', 'InvocationID', 'Result', 'Type'];

export const systemd: Manager = {
  async look(service, context) {
    const name = unitOf(service);
    if (name === undefined) return refuse('command/not-allowed', `${service} is not a service of systemd.`);
    const args = ['show', '--no-pager', `--property=${properties.join(',')}`, '--', name];
    const ran = await context.tools.run('systemctl', args, agentLimits.serviceLookMs);
    if (!ran.ok) return ran;
    if (ran.value.exitCode !== 0) {
      const said = ran.value.output.trim().slice(0, limits.stepCharactersMax);
      return refuse('command/not-possible', `systemctl does not answer for ${name}: ${said}`);
    }
    return readState(name, ran.value.output);
  },
  /** One that was started too often is refused: what counted its starts is set back, and it is asked once more. */
  async restart(service, context) {
    const before = await systemd.look(service, context);
    const first = await ask('restart', service, context);
    if (first.ok || !isSameRun(before, await systemd.look(service, context))) return first;
    const reset = await ask('reset-failed', service, context);
    const second = reset.ok ? await ask('restart', service, context) : reset;
    return { ...second, actors: [...first.actors, ...second.actors] };
  },
};

function ask(verb: 'restart' | 'reset-failed', service: string, context: Context): Promise<Restarted> {
  const args = ['--no-pager', '--no-ask-password', verb, '--', unitOf(service) ?? service];
  return runStep('systemctl', args, agentLimits.serviceRestartMs, context);
}

/**
 * It does not run, and nothing was begun that could have failed: systemd.unit(5), StartLimitIntervalSec=. Its Result tells that only
 * of a service that had not failed before, and what was said is for people.
 */
function isSameRun(before: Result<ServiceState>, after: Result<ServiceState>): boolean {
  if (!before.ok || !after.ok || before.value.run === undefined) return false;
  return after.value.run === before.value.run && after.value.running === false;
}

/** systemctl takes a name without a suffix for a service. */
function unitOf(service: string): string | undefined {
  if (service.endsWith('.service')) return service;
  return /\.(socket|device|mount|automount|swap|target|path|timer|slice|scope|snapshot)$/.test(service)
    ? undefined
    : `${service}.service`;
}

export function readState(name: string, output: string): Result<ServiceState> {
  const shown = new Map(
    output.split('\n').map((line) => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1)] as const;
    }),
  );
  const load = shown.get('LoadState') ?? '';
  if (load !== 'loaded') return refuse('command/target-gone', `systemd has no service ${name} to start (${load}).`);
  const active = shown.get('ActiveState') ?? '';
  const mainPid = Number(shown.get('MainPID') ?? 0);
  const isOneshot = shown.get('Type') === 'oneshot' && shown.get('Result') === 'success';
  return success({
    observations: {
      activeState: active.slice(0, limits.nameCharactersMax),
      subState: (shown.get('SubState') ?? '').slice(0, limits.nameCharactersMax),
      mainPid: mainPid > 0 ? mainPid : null,
      restarts: Number(shown.get('NRestarts') ?? 0) || 0,
    },
    mainPid: mainPid > 0 ? mainPid : undefined,
    running: active === 'active' || active === 'reloading' || isOneshot,
    run: shown.get('InvocationID') || undefined,
  });
}
