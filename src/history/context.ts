/** What the edge gives every GraphQL operation. */
import type { Principal } from '../platform/principal.js';
import type { Loaders } from './loaders.js';

export interface OperationContext {
  readonly principal: Principal;
  readonly loaders: Loaders;
}
