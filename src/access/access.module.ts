import { Module } from '@nestjs/common';
import { AdminToken } from './admin-token.js';
import { ApiTokenController } from './api-token.controller.js';
import { Authenticator } from './authenticator.js';
import { EnrollController } from './enroll.controller.js';
import { EnrollService } from './enroll.service.js';

@Module({
  controllers: [ApiTokenController, EnrollController],
  providers: [AdminToken, Authenticator, EnrollService],
  exports: [AdminToken, Authenticator],
})
export class AccessModule {}
