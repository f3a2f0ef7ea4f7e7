/** Facts in, checks out; in the order in which one mends. */
import type { Check } from './check.js';
import type { Facts } from './facts.js';
import { judgeApi, judgeStateDir } from './judge-agent.js';
import { judgeHost } from './judge-host.js';
import { judgeKernel, judgeSensor } from './judge-kernel.js';

export function judge({ kernel, host, stateDir, api, sensor }: Facts): readonly Check[] {
  return [
    ...judgeKernel(kernel),
    ...judgeSensor(sensor),
    ...judgeHost(host, kernel.capabilities),
    ...judgeStateDir(stateDir),
    ...judgeApi(api),
  ];
}
