/**
 * REBOOT_HOST: asked of systemd, or of init. Whether it was done only the next boot can say: the journal keeps that it was
 * asked for, and the next agent reports it. Here remains to say when it did not come.
 */
import { success, type Result } from '../../result.js';
import { agentLimits } from '../../limits.js';
import type { Context } from '../context.js';
import type { Outcome, Prepared } from '../outcome.js';
import { runStep } from '../services/run-step.js';

export function prepareRebootHost(context: Context): Result<Prepared> {
  return success({
    before: { bootId: context.system.bootId },
    act: () => act(context),
    close: () => undefined,
  });
}

async function act(context: Context): Promise<Outcome> {
  const systemctl = await runStep('systemctl', ['--no-ask-password', 'reboot'], agentLimits.serviceLookMs, context);
  const asked = systemctl.ok ? systemctl : await runStep('reboot', [], agentLimits.serviceLookMs, context);
  const result = {
    after: { bootId: context.system.bootId },
    actors: [...systemctl.actors, ...asked.actors].slice(0, 2),
  };
  if (!asked.ok)
    return {
      state: 'FAILED',
      code: 'command/no-effect',
      detail: `Nobody reboots this host: ${asked.said}.`,
      ...result,
    };
  // Only now: an agent that ended before cannot know.
  context.noteAsked();
  await context.system.sleep(agentLimits.rebootWaitMs);
  return {
    state: 'FAILED',
    code: 'command/no-effect',
    detail: 'The reboot was asked for and did not come.',
    ...result,
  };
}
