/** What a reply to a batch means; the statuses are specified in src/contract/batch.ts. */
import type { Exchange } from './http.js';
import { readAck, readProblem } from './replies.js';

export type Outcome =
  | { readonly kind: 'committed'; readonly committed: number }
  /** The server's numbering ends before the batch begins. */
  | { readonly kind: 'behind'; readonly committed: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unauthorized'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfterMs: number | undefined };

export function outcomeOf(exchange: Exchange, epoch: string): Outcome {
  if (exchange.status === 'lost') return later(exchange.reason);
  const { status, body, retryAfterMs } = exchange;
  const problem = readProblem(body);
  const reason = problem ? `${status} ${problem.code}: ${problem.detail}` : `status ${status}`;
  switch (status) {
    case 200: {
      const ack = readAck(body);
      if (ack?.epoch === epoch) return { kind: 'committed', committed: ack.committed };
      return later('the reply is not an acknowledgement of this epoch');
    }
    case 409:
      return { kind: 'behind', committed: problem?.committed };
    case 400:
    case 413:
    case 415:
      return { kind: 'refused', reason };
    case 401:
    case 403:
      return { kind: 'unauthorized', reason };
    default:
      return later(reason, retryAfterMs);
  }
}

function later(reason: string, retryAfterMs?: number): Outcome {
  return { kind: 'later', reason, retryAfterMs };
}
