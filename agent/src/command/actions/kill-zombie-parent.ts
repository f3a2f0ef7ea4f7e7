/**
 * KILL_ZOMBIE_PARENT: zombies have ended already; gone they are once their parent has asked after them, or has ended itself, so
 * that init inherits them. First it is told of them again (SIGCHLD), then asked to end, then killed; after each step it is
 * looked whether they are gone, and as soon as they are, nothing more is done.
 */
import type { CommandAction, Target } from '../../contract.js';
import { nanosecondsToTicks } from '../../kernel/boot-clock.js';
import { agentLimits } from '../../limits.js';
import { success, type Result } from '../../result.js';
import type { Context } from '../context.js';
import { openTarget, stillUnprotected, type OpenTarget } from '../open-target.js';
import type { Outcome, Prepared } from '../outcome.js';
import { isNamespaceInit } from '../protection.js';
import { refuse } from '../refusal.js';
import { agentAsActor, noSuchProcess, send } from './send.js';
import { signals } from './signal-names.js';
import { until } from './until.js';

type Action = Extract<CommandAction, { kind: 'KILL_ZOMBIE_PARENT' }>;

const ladder = [signals.child, signals.term, signals.kill] as const;

export function prepareKillZombieParent(action: Action, context: Context): Result<Prepared> {
  const opened = openTarget(action.parent, context);
  if (!opened.ok) return opened;
  const parent = opened.value;
  const refused = check(action, parent, context);
  if (!refused.ok) {
    parent.process.close();
    return refused;
  }
  return success({
    before: observe(action, parent, context),
    act: () => act(action, parent, context),
    close: () => parent.process.close(),
  });
}

function check(action: Action, { facts }: OpenTarget, context: Context): Result<undefined> {
  const { pid } = action.parent;
  if (isNamespaceInit(facts))
    return refuse('command/protected', `Pid ${pid} is the init of a container: restart that instead.`);
  const left = remaining(action.zombies, context);
  if (left.length === 0) return refuse('command/target-gone', 'The zombies are gone.');
  if (left.some((zombie) => context.system.glance(zombie.pid)?.parentPid !== pid))
    return refuse('command/target-changed', `Pid ${pid} is not the parent of these zombies.`);
  return success(undefined);
}

async function act(action: Action, parent: OpenTarget, context: Context): Promise<Outcome> {
  const { system, steps } = context;
  const areGone = () => remaining(action.zombies, context).length === 0;
  let sent = 0;
  for (const [index, signal] of ladder.entries()) {
    if (areGone()) break;
    if (signal !== signals.child && !stillUnprotected(parent, context)) {
      steps.add(`pid ${parent.process.pid} is protected by now`, false);
      break;
    }
    const error = send(signal, parent, context);
    // Somebody else ended it: its zombies are on their way to init.
    if (error !== 0 && error !== noSuchProcess) break;
    if (error === 0) sent += 1;
    await until(system, agentLimits.zombiesWaitMs[index] ?? 0, areGone);
    steps.add(`${remaining(action.zombies, context).length} of ${action.zombies.length} zombies are left`, areGone());
  }
  const result = { after: observe(action, parent, context), actors: sent > 0 ? agentAsActor(context) : [] };
  if (areGone()) return { state: 'SUCCEEDED', detail: 'The zombies are gone.', ...result };
  const detail = `${remaining(action.zombies, context).length} zombies are left.`;
  return { state: 'FAILED', code: 'command/no-effect', detail, ...result };
}

function observe({ zombies }: Action, { process }: OpenTarget, context: Context) {
  return { zombies: remaining(zombies, context).length, parentAlive: !process.hasEnded() };
}

/** Still there, still dead, and still the same. */
function remaining(zombies: readonly Target[], { system }: Context): readonly Target[] {
  return zombies.filter(({ pid, start }) => {
    const seen = system.glance(pid);
    return seen !== undefined && seen.state === 'Z' && seen.startTicks <= nanosecondsToTicks(BigInt(start));
  });
}
