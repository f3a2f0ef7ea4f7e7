/** What people read of a check: what it is called, why it matters, how to mend it. */
import type { Text } from '../../verdict/index.js';

export interface CheckText {
  readonly title: Text;
  readonly why: Text;
  readonly mend: Text;
}
