/**
 * What the agent promises on each rung, in one list. A promise is a test of test/agent/conformance.*.int.spec.ts of the
 * same name; where a rung does not keep it, that rung's blind spots must say so, in words that the pattern finds.
 * docs/rungs.md shows this list to people.
 */
import type { Rung } from '../../src/contract/index.js';

/** True: promised. A pattern: not promised, and said so. */
export type Standing = Readonly<Record<Rung, true | RegExp>>;

const everywhere: Standing = { ebpf: true, tracefs: true, procfs: true };
const except = (procfs: RegExp): Standing => ({ ebpf: true, tracefs: true, procfs });
const ebpfOnly = (tracefs: RegExp, procfs: RegExp): Standing => ({ ebpf: true, tracefs, procfs });

const noSignals = /Signals are not seen/;
const noCodes = /Exit codes and terminating signals are not seen/;
const tooShort = /live shorter than a second/;
const noOom = /OOM killer/;
const noRecording = /Nothing is recorded while no agent runs/;

export const endPromises = {
  notices_that_a_process_is_gone: everywhere,
  tells_the_exit_code: except(noCodes),
  tells_an_exit_code_of_137_from_a_kill: except(noCodes),
  tells_the_signal_that_killed: except(noCodes),
  tells_a_default_SIGTERM_although_the_kernel_delivers_it_as_9: except(noCodes),
  tells_an_abort_by_itself: except(noCodes),
  tells_a_crash_and_that_nobody_sent_it: except(noCodes),
  tells_the_address_of_a_fault: ebpfOnly(/address of a fault/, noCodes),
  ends_a_process_of_many_threads_once: except(tooShort),
  tells_the_code_when_another_thread_exits: except(noCodes),
  records_a_process_that_lives_for_a_millisecond: except(tooShort),
  records_a_fork_that_never_calls_exec: except(tooShort),
  tells_the_end_in_a_pid_namespace_with_the_pids_of_the_host: except(noCodes),
  tells_the_victim_of_the_OOM_killer: except(noOom),
  loses_none_of_2000_kills_at_full_speed_and_tells_none_twice: except(tooShort),
} as const satisfies Record<string, Standing>;

export const signalPromises = {
  names_the_whole_command_line_of_a_process_that_lives_for_a_second: everywhere,
  names_the_sender_of_a_kill_with_command_line_and_lineage: except(noSignals),
  names_the_program_and_lineage_of_a_killer_that_is_gone_at_once: except(noSignals),
  names_the_command_line_of_a_killer_that_is_gone_at_once: ebpfOnly(
    /program is known and not its arguments/,
    noSignals,
  ),
  tells_every_victim_of_a_shot_at_a_process_group: except(noSignals),
  tells_a_queued_signal: except(noSignals),
  tells_a_signal_through_a_pidfd: except(noSignals),
  tells_a_signal_to_one_thread: except(noSignals),
  keeps_a_caught_signal_as_history_and_no_death: except(noSignals),
  tells_an_ignored_signal: except(noSignals),
  tells_both_the_SIGTERM_that_was_caught_and_the_SIGKILL_that_followed: except(noSignals),
} as const satisfies Record<string, Standing>;

export const agentPromises = {
  drains_what_happened_between_two_agents: except(noRecording),
  tells_who_killed_its_predecessor: except(noRecording),
  knows_a_process_by_the_same_name_after_a_restart: everywhere,
  counts_what_the_kernel_had_no_room_for: except(noRecording),
  leaves_nothing_in_the_kernel_when_it_is_stopped: everywhere,
  goes_on_recording_when_told_to_keep_the_sensor_until_that_is_removed: except(noRecording),
} as const satisfies Record<string, Standing>;

export const promises: Readonly<Record<string, Standing>> = { ...endPromises, ...signalPromises, ...agentPromises };
