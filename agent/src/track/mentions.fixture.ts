/** For tests of the contract's promise: every process that an event refers to is described before it. */
import type { KnownEvent, ProcessRef } from '../contract.js';

/** The processes that an event refers to, the one that it describes left out. */
export function mentionsOf(event: KnownEvent): readonly ProcessRef[] {
  switch (event.kind) {
    case 'process':
      return event.parent ? [event.parent] : [];
    case 'exit':
      return [event];
    case 'signal':
      return [event.target, event.sender, event.running].filter((ref) => ref !== undefined);
    case 'oom_report':
      return [event.trigger, ...event.victims].flatMap((party) => (party?.process ? [party.process] : []));
    case 'kernel_log':
      return event.process ? [event.process] : [];
    case 'core_dump':
      return [event.victim];
    case 'episode':
      return [event, event.parent, event.sender].flatMap((ref) => (ref ? [ref] : []));
    case 'oom_kill':
      return event.trigger ? [event.victim, event.trigger] : [event.victim];
    case 'agent_start':
    case 'agent_stop':
    case 'throttle':
    case 'ledger':
    case 'loss':
    case 'snapshot':
      return [];
  }
}
