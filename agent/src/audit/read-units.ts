/** Running services of systemd: `systemctl show` with fixed arguments, some units at a time, since its output is bounded. */
import type { Tools } from '../command/tools.js';
import { parseShow, parseTimeSpanMs } from '../kernel/systemd-show.js';
import { agentLimits } from '../limits.js';
import { failure, success, type Result } from '../result.js';
import type { UnitFacts } from './facts.js';

const properties = [
  ...['Id', 'Type', 'SubState', 'MainPID', 'Restart', 'TimeoutStopUSec'],
  ...['OOMPolicy', 'MemoryMax', 'MemoryHigh', 'MemoryLimit', 'MemoryCurrent'],
];

export async function readUnits(tools: Pick<Tools, 'run'>): Promise<Result<readonly UnitFacts[]>> {
  const listed = await show(tools, ['--property=Id,SubState', '*.service']);
  if (!listed.ok) return listed;
  const running = listed.value
    .filter((unit) => unit.get('SubState') === 'running')
    .map((unit) => unit.get('Id') ?? '')
    .filter((name) => /^[A-Za-z0-9:_.\\@-]+\.service$/.test(name))
    .slice(0, agentLimits.auditUnitsMax);
  const units: UnitFacts[] = [];
  for (let start = 0; start < running.length; start += agentLimits.auditUnitsPerLook) {
    const names = running.slice(start, start + agentLimits.auditUnitsPerLook);
    const shown = await show(tools, [`--property=${properties.join(',')}`, '--', ...names]);
    if (!shown.ok) return shown;
    units.push(...shown.value.map(unitOf));
  }
  return success(units);
}

async function show(
  tools: Pick<Tools, 'run'>,
  args: readonly string[],
): Promise<Result<readonly ReadonlyMap<string, string>[]>> {
  const ran = await tools.run('systemctl', ['show', '--no-pager', ...args], agentLimits.serviceLookMs);
  if (!ran.ok) return ran;
  if (ran.value.exitCode !== 0) return failure('audit/no-systemd', 'systemctl show does not answer on this host.');
  return success(parseShow(ran.value.output));
}

function unitOf(shown: ReadonlyMap<string, string>): UnitFacts {
  const bytes = (name: string) => (/^\d{1,15}$/.test(shown.get(name) ?? '') ? Number(shown.get(name)) : undefined);
  return {
    name: shown.get('Id') ?? '',
    type: shown.get('Type') ?? '',
    mainPid: Number(shown.get('MainPID')) || 0,
    restart: shown.get('Restart') ?? '',
    stopTimeoutMs: parseTimeSpanMs(shown.get('TimeoutStopUSec') ?? ''),
    oomPolicy: shown.get('OOMPolicy') ?? '',
    // `infinity`, or on version 1 hosts the largest number: neither is one that fits.
    memoryLimited: ['MemoryMax', 'MemoryHigh', 'MemoryLimit'].some((name) => bytes(name) !== undefined),
    memoryBytes: bytes('MemoryCurrent'),
  };
}
