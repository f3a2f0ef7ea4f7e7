/**
 * The request behind a stop: which of the commands that were seen made the service manager act.
 *
 * Nothing joins the two but the name of the unit, the manager they belong to, and time: a request comes before the
 * signal, and after the start of what it ends (or it was for the one before). A unit may have another name (an alias), or be
 * stopped because of another one; so a request that names another unit counts only in the same moment, and is told as
 * what it is.
 */
import { certainty } from './confidence.js';
import type { DeathFacts, ProcessFacts, RequestFacts } from './facts.js';
import { isUserManager, shutdownProgram } from './service-manager.js';
import { isSame } from './signal-origin.js';
import { meansUnit, stopWishOf, type StopWish } from './stop-wish.js';

export interface StopRequest {
  readonly request: RequestFacts;
  /** It names this unit, or the whole machine. */
  readonly named: boolean;
  readonly wish: StopWish;
}

/** A stop command of the unit may take its time before the signal is sent; 90 s is systemd's own limit for it. */
const namedWindowNs = 120_000_000_000n;
const sameMomentNs = 2_000_000_000n;
const killWindowNs = 5_000_000_000n;
const shutdownWindowNs = 300_000_000_000n;

/** The latest request for the unit of the victim, before a time. `signal` is what was sent, if anything was. */
export function unitRequestBefore(
  facts: DeathFacts,
  manager: ProcessFacts | null,
  before: bigint,
  signal: number | null,
): StopRequest | null {
  const { victim } = facts;
  const found = requestsTo(manager, facts).filter(({ request, wish }) => {
    if (wish.what === 'shutdown' || request.at > before || request.at < BigInt(victim.ref.start)) return false;
    return wish.what === 'stop' || (wish.signal === signal && before - request.at <= killWindowNs);
  });
  const isNamed = ({ wish }: Asked) => victim.unit !== null && wish.units.some((one) => meansUnit(one, victim.unit!));
  const named = found.findLast((one) => isNamed(one) && before - one.request.at <= namedWindowNs);
  if (named !== undefined) return { ...named, named: true };
  const near = found.findLast((one) => before - one.request.at <= sameMomentNs);
  return near === undefined ? null : { ...near, named: false };
}

/** The latest request to end the whole machine of this manager, before a time. */
export function shutdownRequestBefore(
  facts: DeathFacts,
  manager: ProcessFacts | null,
  before: bigint,
): StopRequest | null {
  const found = requestsTo(manager, facts).findLast(
    ({ request, wish }) => wish.what === 'shutdown' && request.at <= before && before - request.at <= shutdownWindowNs,
  );
  return found === undefined ? null : { ...found, named: true };
}

/** A request that an exit may answer although no signal was seen: for the unit of the victim, or for its whole machine. */
export function exitRequestBefore(facts: DeathFacts): StopRequest | null {
  const { victim } = facts;
  if (facts.requests.length === 0 || victim.unit === null) return null;
  const unit = unitRequestBefore(facts, null, facts.at, null);
  const asked = unit?.named === true ? unit : shutdownRequestBefore(facts, null, facts.at);
  if (asked === null || asked.request.at < BigInt(victim.ref.start)) return null;
  const { ref, ancestry } = asked.request.process;
  const madeIt = [ref, ...ancestry.map((one) => one.ref)].some((one) => isSame(one, victim.ref));
  return madeIt ? null : asked;
}

type Asked = Omit<StopRequest, 'named'>;

function requestsTo(manager: ProcessFacts | null, facts: DeathFacts): readonly Asked[] {
  return facts.requests.flatMap((request): Asked[] => {
    const wish = request.signal === null ? stopWishOf(request.process) : wishOfSignal(request.signal);
    const addressed = wish !== null && (request.signal !== null || mayAddress(request.process, wish, manager, facts));
    return addressed ? [{ request, wish }] : [];
  });
}

/** systemd(1), SIGNALS: what process 1 does on each. SIGTERM and SIGINT mean other things to a user's manager. */
function wishOfSignal(signal: number): StopWish | null {
  return shutdownSignals.has(signal)
    ? { what: 'shutdown', units: [], signal: null, user: false, machine: false }
    : null;
}

/** SIGINT (Ctrl-Alt-Del), SIGPWR, SIGRTMIN+3…7 (halt, poweroff, reboot, kexec, soft-reboot), SIGRTMIN+13…17 (at once). */
export const shutdownSignals: ReadonlySet<number> = new Set([2, 30, 37, 38, 39, 40, 41, 47, 48, 49, 50, 51]);

/** Whether a command that was run there can have reached this manager, or that of the victim. What is not known speaks for it. */
function mayAddress(
  requester: ProcessFacts,
  wish: StopWish,
  manager: ProcessFacts | null,
  { victim }: DeathFacts,
): boolean {
  if (requester.container !== null && requester.container.id !== victim.container?.id) return false;
  const users = manager !== null && isUserManager(manager);
  if (users && wish.what !== 'shutdown') return wish.user;
  if (wish.user) return false;
  if (requester.ancestry.length === 0 || users) return true;
  const target = manager?.ref ?? systemManagerAbove(victim);
  if (target !== null && wish.machine) return true;
  // From outside into a machine: into which one is not known.
  const mayBeThisOne = manager !== null || (target !== null && wish.what !== 'shutdown');
  if (mayBeThisOne && requester.ancestry[0]?.comm === 'nsenter') return true;
  const own = systemManagerAbove(requester);
  return target !== null && own !== null && isSame(own, target);
}

function systemManagerAbove({ ancestry }: ProcessFacts): ProcessFacts['ref'] | null {
  const managers = ancestry.filter(({ comm }) => comm === 'systemd' || comm === shutdownProgram);
  return managers.find(({ args }) => !args.includes('--user'))?.ref ?? null;
}

export function requestConfidence(request: StopRequest | null): number {
  if (request === null) return certainty.askerMissing;
  return request.named ? certainty.exact : certainty.requestNearby;
}
