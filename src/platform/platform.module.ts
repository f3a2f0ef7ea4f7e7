import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Env } from './env.js';
import type { Logger } from './logger.js';
import { ENV, LOGGER } from './platform.tokens.js';
import { Seal } from './seal.js';
import { Vault } from './vault.js';

@Global()
@Module({})
export class PlatformModule {
  static forRoot(env: Env, logger: Logger): DynamicModule {
    const providers = [
      { provide: ENV, useValue: env },
      { provide: LOGGER, useValue: logger },
      { provide: Seal, useFactory: () => Seal.open(env.stateDir) },
      { provide: Vault, useFactory: () => Vault.open(env.stateDir) },
    ];
    return { module: PlatformModule, providers, exports: providers };
  }
}
