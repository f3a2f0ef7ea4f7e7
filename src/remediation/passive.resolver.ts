import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { MutationSetPassiveModeArgs } from '../generated/graphql.js';
import { limits } from '../contract/index.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import { JobQueue } from '../queue/job.queue.js';
import { storableText } from '../store/text.js';
import { SwitchStore, type SwitchRow } from '../store/switch.store.js';
import { badRequest } from './job.input.js';

/** The one switch that stops all execution: easily turned on, off only by an admin. */
@Resolver()
export class PassiveResolver {
  constructor(
    private readonly switches: SwitchStore,
    private readonly queue: JobQueue,
  ) {}

  @Query('passiveMode')
  passiveMode(): Promise<SwitchRow> {
    return this.switches.passive();
  }

  @Mutation('setPassiveMode')
  async setPassiveMode(
    @Args() { on, reason }: MutationSetPassiveModeArgs,
    @Context() context: WithPrincipal,
  ): Promise<SwitchRow> {
    const { name } = requireRole(context, on ? 'operator' : 'admin');
    const why = storableText(reason.trim());
    if (why === '' || why.length > limits.reasonCharactersMax) {
      throw badRequest('reason', `Say why, in 1 to ${limits.reasonCharactersMax} characters.`);
    }
    const row = await this.switches.setPassive({ on, reason: why, by: name, at: new Date() });
    if (!on) void this.queue.wake('dispatch-jobs');
    return row;
  }
}
