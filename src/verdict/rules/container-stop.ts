/**
 * CONTAINER_STOP: its container was stopped or killed by the container runtime.
 *
 * Kernel: the stop signal (SIGTERM unless the image says otherwise) from outside the container to its first process, and
 * SIGKILL when the grace has run out: `podman stop` and `docker stop` give 10 s, Kubernetes 30 s. The first process of a pid
 * namespace is not even told of a signal that it has no handler for, so a shell or sleep always costs the whole grace.
 * Mistaken for: somebody's kill from outside (SIGNALED); the other processes of the container, which the kernel kills once the
 * first is gone (NAMESPACE_TEARDOWN); systemd that stops the scope of a container (SERVICE_STOP).
 * Source: podman-stop(1), docker stop, runc-kill(8), pid_namespaces(7). Seen with podman and runc; Docker and containerd by
 * their documentation.
 */
import { plainOrQuoted } from '../escape.js';
import { senderEvidence } from '../evidence.js';
import { clientOf, runtimeCertainty } from '../container-runtime.js';
import { processName } from '../describe.js';
import type { ProcessFacts } from '../facts.js';
import { commandPhrase } from '../requester.js';
import type { Rule } from '../rule.js';
import { itsGrace, stopSentence } from '../stop-sentence.js';
import { stopBy } from '../stop.js';
import { clauses, nothing, same, type Text } from '../text.js';

export const containerStop: Rule = {
  id: 'container-stop',
  decide(facts) {
    const { victim } = facts;
    const stop = stopBy(facts, (sender) => runtimeCertainty(sender, victim));
    if (stop === null) return null;
    const client = clientOf(stop.by);
    const how = stopSentence(processName(stop.by), stop, facts, graceName(stop.by));
    return {
      cause: 'CONTAINER_STOP',
      actor: { kind: 'CONTAINER_RUNTIME', process: stop.by.ref },
      confidence: stop.confidence,
      summary: clauses(client === null ? nothing : commandPhrase(client), how, podClause(victim)),
      evidence: senderEvidence(stop.deadly ?? stop.asked),
    };
  },
};

function podClause({ container }: ProcessFacts): Text {
  return container === null || container.pod === null ? nothing : same(`pod ${plainOrQuoted(container.pod)}`);
}

function graceName(runtime: ProcessFacts): Text {
  return runtime.comm === 'kubelet' ? same('terminationGracePeriodSeconds') : itsGrace;
}
