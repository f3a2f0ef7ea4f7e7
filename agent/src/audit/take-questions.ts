/** Puts together what answers questions, when the first one comes: until then it costs nothing. */
import type { Log } from '../log.js';
import type { Sensor } from '../source/sensor.js';
import type { ApiClient } from '../uplink/http.js';
import type { Message } from '../command/sse.js';
import { readBootId } from '../source/proc.js';
import type { Auditor } from './auditor.js';

export interface QuestionParts {
  readonly sensor: Sensor;
  readonly http: Pick<ApiClient, 'post'>;
  readonly credential: string;
  readonly redactNames: readonly string[];
  readonly log: Log;
}

export interface Questions {
  take(message: Message): void;
  stop(): Promise<void>;
}

export function takeQuestions(parts: QuestionParts): Questions {
  let making: Promise<Auditor> | undefined;
  return {
    take({ data, id }) {
      making ??= createAuditor(parts);
      making.then(
        (auditor) => auditor.take(data, id),
        (error: unknown) => {
          making = undefined;
          parts.log.error('Questions cannot be answered.', { reason: String(error) });
        },
      );
    },
    async stop() {
      await (await making?.catch(() => undefined))?.stop();
    },
  };
}

async function createAuditor({ sensor, http, credential, redactNames, log }: QuestionParts): Promise<Auditor> {
  const { Auditor } = await import('./auditor.js');
  const { answerQuestion } = await import('./answer-question.js');
  const { createTools } = await import('../command/run-tools.js');
  const { UserNames } = await import('../source/user-names.js');
  const { createRedactor } = await import('../track/redact.js');
  const bootId = readBootId();
  const users = new UserNames();
  const options = {
    ...{ sensor, bootId, root: '' },
    // Nobody asks who ran systemctl: it only shows.
    tools: createTools({ starts: () => new Map() }),
    nameOfUser: (uid: number) => users.nameOf(uid),
    redact: createRedactor(redactNames),
  };
  return new Auditor({
    ...{ http, credential, bootId, log },
    answer: (question, signal) => answerQuestion(question, { ...options, signal }),
  });
}
