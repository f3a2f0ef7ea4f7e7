/**
 * A connection whose end is told by whatever was asked over it, and by nothing else. BullMQ takes connections out of its pool, where
 * nobody listens to them: one that ends at that moment would end the program.
 */
import pg from 'pg';

export class QuietClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
