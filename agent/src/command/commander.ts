/**
 * From an envelope to a report, at most once whatever happens: verified, judged, prepared (the target is held and compared),
 * judged again; then, without a pause in between, counted and on the disk; done; on the disk how it ended; told.
 */
import { cutText } from '../bytes/text.js';
import { limits, type Command, type Report } from '../contract.js';
import { agentLimits } from '../limits.js';
import type { Log } from '../log.js';
import { success, type Failure, type Result } from '../result.js';
import { openEnvelope, type CommandKey } from './envelope.js';
import type { Journal } from './journal.js';
import { judge } from './judge.js';
import type { KnownTime } from './known-time.js';
import { Steps, type Outcome, type Prepared } from './outcome.js';
import { commandIdOf, isUuid, parseCommand } from './parse-command.js';
import type { Policy } from './policy.js';
import { prepare } from './prepare.js';
import { refuse } from './refusal.js';
import { blankReport } from './report.js';
import type { Message } from './sse.js';
import type { System } from './system.js';
import type { Tools } from './tools.js';

export interface CommanderOptions {
  readonly key: CommandKey;
  /** machine-id */
  readonly host: string;
  readonly system: System;
  readonly tools: Tools;
  readonly time: KnownTime;
  readonly journal: Journal;
  readonly report: (report: Report) => void;
  readonly readPolicy: () => Result<Policy>;
  readonly log: Log;
}

export class Commander {
  readonly #options: CommanderOptions;
  readonly #waiting: Command[] = [];
  /** Waiting or being carried out. */
  readonly #current = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #refused = new Map<string, Failure>();
  #isStopping = false;
  #lastTrouble = '';

  constructor(options: CommanderOptions) {
    this.#options = options;
  }

  /** Ends what an earlier agent left, and tells what was not told. */
  recover(): void {
    const { journal, system, report, log } = this.#options;
    for (const { intent, asked } of journal.unended()) {
      const cameBack = asked && intent.bootId !== system.bootId;
      const detail = cameBack
        ? 'The host was rebooted.'
        : 'The agent ended between beginning and end: nobody knows what was done. It is not tried again.';
      log.warn('An earlier command did not come to its end here.', { command: intent.id, kind: intent.kind });
      const ended = { state: cameBack ? 'SUCCEEDED' : 'UNKNOWN', detail, after: { bootId: system.bootId } } as const;
      this.#write({ ...blankReport(system, intent.id), before: { bootId: intent.bootId }, ...ended });
    }
    for (const untold of journal.untold()) report(untold);
  }

  take({ data, id: hint }: Message): void {
    if (this.#isStopping) return;
    const { key, time } = this.#options;
    const opened = openEnvelope(data, key);
    // Nothing in it is believed, not even its id; the stream may name it.
    if (!opened.ok) return this.#refuse(isUuid(hint) ? hint : undefined, opened.failure);
    const parsed = parseCommand(opened.value);
    if (!parsed.ok) return this.#refuse(commandIdOf(opened.value), parsed.failure);
    const command = parsed.value;
    if (this.#current.has(command.id)) return;
    const before = this.#refused.get(command.id);
    if (before !== undefined) return this.#refuse(command.id, before);
    time.heardSigner(Date.parse(command.notBefore));
    const judged = this.#judge(command);
    if (!judged.ok) return this.#refuseForGood(command, judged.failure);
    if (this.#waiting.length >= agentLimits.commandsWaitingMax)
      return this.#refuseForGood(command, refuse('command/busy', 'Too many commands wait on this host.').failure);
    this.#current.add(command.id);
    this.#waiting.push(command);
    this.#next();
  }

  /** What is not done by then is UNKNOWN to the next agent. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopping = true;
    this.#waiting.length = 0;
    const late = new Promise((resolve) => setTimeout(resolve, timeoutMs).unref());
    await Promise.race([Promise.all(this.#running), late]);
  }

  #next(): void {
    while (this.#running.size < agentLimits.commandsRunningMax) {
      const command = this.#waiting.shift();
      if (command === undefined) return;
      const running = this.#carryOut(command).finally(() => {
        this.#running.delete(running);
        this.#current.delete(command.id);
        this.#next();
      });
      this.#running.add(running);
    }
  }

  /** Never rejects. */
  async #carryOut(command: Command): Promise<void> {
    const { system, tools, readPolicy, journal } = this.#options;
    const policy = readPolicy();
    if (!policy.ok) return this.#refuseForGood(command, policy.failure);
    const steps = new Steps(() => system.bootNanoseconds());
    const noteAsked = () => journal.asked(command.id);
    const context = { system, tools, steps, noteAsked, policy: policy.value };
    const prepared = await attempt(() => prepare(command.action, context));
    if (!prepared.ok) return this.#refuseForGood(command, prepared.failure);
    try {
      const begun = this.#begin(command, policy.value);
      if (!begun.ok) return this.#refuseForGood(command, begun.failure);
      await this.#act(command, prepared.value, steps);
    } finally {
      prepared.value.close();
    }
  }

  async #act(command: Command, prepared: Prepared, steps: Steps): Promise<void> {
    const { system, log, report } = this.#options;
    const { id, requestedBy, approvedBy, reason, action } = command;
    const who = { command: id, requestedBy, approvedBy: approvedBy.join(', '), reason };
    const { before } = prepared;
    let outcome: Outcome;
    // Its time is before the act: what the act does is found by that.
    const begun = blankReport(system, id);
    try {
      const acting = prepared.act();
      // The intent is on the disk: saying so is nothing that the act has to wait for.
      log.info(`A command is carried out: ${action.kind}.`, who);
      report({ ...begun, state: 'ACCEPTED', detail: 'It is being done.', before });
      outcome = await acting;
    } catch (error) {
      const detail = `The agent failed in the middle of it: ${String(error)}`;
      outcome = { state: 'FAILED', code: 'command/failed', detail, after: {}, actors: [] };
    }
    const { state } = outcome;
    const detail = detailOf(outcome.detail);
    const ended = { ...blankReport(system, id), ...outcome, detail, before, steps: steps.list };
    log.info(`A command ended: ${action.kind}.`, { command: id, state, detail });
    this.#write(ended);
    report(ended);
  }

  /** From here on it counts as done. Nothing may come between the last check and the disk. */
  #begin(command: Command, { perHourMax }: Policy): Result<undefined> {
    const { system, time, journal } = this.#options;
    const judged = this.#judge(command);
    if (!judged.ok) return judged;
    if (this.#isStopping) return refuse('command/busy', 'The agent is being stopped.');
    const atMs = time.nowMs();
    if (journal.countOfHour(atMs) >= perHourMax || journal.isFull)
      return refuse('command/cap-reached', `This host has carried out ${perHourMax} commands within the hour.`);
    const { id, expiresAt, action } = command;
    try {
      const { bootId } = system;
      journal.intend({ id, kind: action.kind, bootId, atMs, expiresAtMs: Date.parse(expiresAt) });
      return success(undefined);
    } catch (error) {
      return refuse('command/no-journal', `What is about to be done cannot be written down first: ${String(error)}`);
    }
  }

  #judge(command: Command): Result<undefined> {
    const { host, system, time, journal } = this.#options;
    const judged = judge(command, { host, bootId: system.bootId, nowMs: time.nowMs() });
    if (!judged.ok) return judged;
    if (journal.find(command.id) !== undefined || journal.isBelowFloor(Date.parse(command.expiresAt)))
      return refuse('command/replayed', 'It came before, or may have: it is not done again.');
    return judged;
  }

  /** The server may know already that it was refused, so it stays so, whatever becomes possible meanwhile. */
  #refuseForGood({ id }: Command, failure: Failure): void {
    this.#refused.set(id, failure);
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > agentLimits.commandsKeptMax && oldest !== undefined) this.#refused.delete(oldest);
    this.#refuse(id, failure);
  }

  /** `id`: undefined when nobody can be told. */
  #refuse(id: string | undefined, { code, sentence }: Failure): void {
    const { log, system, journal, report } = this.#options;
    // How it ended is being told, or will be: that it comes again is the server's not having heard.
    if (id !== undefined && journal.find(id)?.told === false) return;
    const trouble = `${id ?? ''} ${code}`;
    if (trouble !== this.#lastTrouble) log.warn('A command is refused.', { command: id, code, why: sentence });
    this.#lastTrouble = trouble;
    if (id !== undefined) report({ ...blankReport(system, id), state: 'REFUSED', code, detail: detailOf(sentence) });
  }

  #write(report: Report): void {
    try {
      this.#options.journal.end(report);
    } catch (error) {
      const { command } = report;
      this.#options.log.error('How a command ended cannot be written down.', { command, reason: String(error) });
    }
  }
}

function detailOf(sentence: string): string {
  return cutText(sentence, limits.reasonCharactersMax);
}

/** A bug on the way to acting is a refusal: nothing was done. */
async function attempt(begin: () => Promise<Result<Prepared>>): Promise<Result<Prepared>> {
  try {
    return await begin();
  } catch (error) {
    return refuse('command/not-possible', `The agent could not prepare it: ${String(error)}`);
  }
}
