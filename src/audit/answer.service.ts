/** What agents answer. */
import { Inject, Injectable } from '@nestjs/common';
import { Answer, type AuditFinding } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/platform.tokens.js';
import type { NewFinding } from '../store/audit.rows.js';
import { AuditStore } from '../store/audit.store.js';
import { BootStore } from '../store/boot.store.js';
import { isCheckName } from './checks.js';

const keyCharactersMax = 512;

@Injectable()
export class AnswerService {
  constructor(
    private readonly audits: AuditStore,
    private readonly boots: BootStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * In Postgres when this returns; the same answer may come twice.
   * @throws Failure `audit/bad-answer` (400), `audit/unknown-question` (404), `audit/over` (409), `audit/not-stored` (503).
   */
  async take(hostId: number, body: unknown): Promise<void> {
    const parsed = Answer.safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const detail = `Nothing was stored: ${issue?.path.join('.') || 'the answer'}: ${issue?.message ?? 'is not valid'}.`;
      throw new Failure({ code: 'audit/bad-answer', status: 400, detail });
    }
    const state = await this.guarded(hostId, () => this.audits.hostState(parsed.data.question, hostId));
    if (state === null) throw notAsked();
    if (state === 'ANSWERED' || state === 'REFUSED') return;
    if (state === 'WAITING' && (await this.guarded(hostId, () => this.store(hostId, parsed.data)))) return;
    const detail = 'Nothing was stored: the audit is over.';
    throw new Failure({ code: 'audit/over', status: 409, detail });
  }

  private async store(hostId: number, answer: Answer): Promise<boolean> {
    const { question, refusal, processes, durationMs, cut, skipped } = answer;
    const bootOf = await this.boots.byBootIds([{ hostId, bootId: answer.bootId }]);
    const findings = answer.findings.filter(({ check }) => isCheckName(check));
    const told = {
      audit_id: question,
      host_id: hostId,
      state: refusal ? ('REFUSED' as const) : ('ANSWERED' as const),
      boot: bootOf(hostId, answer.bootId),
      processes,
      duration_ms: durationMs,
      code: refusal?.code ?? null,
      detail: refusal?.detail ?? null,
      cut,
      skipped,
    };
    const stored = await this.audits.answer(
      told,
      findings.map((finding) => rowOf(finding, question, hostId, told.boot)),
    );
    // After the commit: of two that are the last, one sees the other.
    if (stored) await this.audits.endDue([question]);
    // Of two answers at once the first counts, and the second is told the same.
    return stored || (await this.audits.hostState(question, hostId)) === 'ANSWERED';
  }

  private async guarded<T>(hostId: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.logger.error({ err: error, hostId }, 'an answer could not be stored');
      const detail = 'Nothing was stored: the database did not take the answer. Send it again.';
      throw new Failure({ code: 'audit/not-stored', status: 503, detail, retryAfterSeconds: 1, cause: error });
    }
  }
}

function rowOf(
  { check, severity, subject, facts }: AuditFinding,
  auditId: string,
  hostId: number,
  boot: number | null,
): NewFinding {
  const key =
    subject.kind === 'process'
      ? `${subject.unit ?? ''} ${subject.exe ?? subject.comm}`
      : subject.kind === 'unit'
        ? subject.unit
        : // A host has several findings of one check: settings, lines of cron.
          `host ${String(facts['setting'] ?? facts['file'] ?? '')} ${String(facts['command'] ?? '')}`;
  return {
    audit_id: auditId,
    host_id: hostId,
    check,
    severity,
    key: key.slice(0, keyCharactersMax),
    subject: subject.kind === 'process' ? { ...subject, boot } : subject,
    facts,
  };
}

function notAsked(): Failure {
  const detail = 'Nothing was stored: this host was never asked a question of that id.';
  return new Failure({ code: 'audit/unknown-question', status: 404, detail });
}
