import { Body, Controller, Headers, HttpCode, Post, Req } from '@nestjs/common';
import { EnrollRequest, type EnrollReply } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import { requireRole, type WithPrincipal } from '../platform/principal.js';
import { EnrollService } from './enroll.service.js';

@Controller('v1')
export class EnrollController {
  constructor(private readonly enrolment: EnrollService) {}

  @Post('enroll-tokens')
  @HttpCode(201)
  createToken(@Req() request: WithPrincipal): Promise<{ token: string; expiresAt: Date }> {
    requireRole(request, 'admin');
    return this.enrolment.createToken();
  }

  @Post('enroll')
  @HttpCode(201)
  enroll(@Headers('authorization') authorization: string | undefined, @Body() body: unknown): Promise<EnrollReply> {
    const parsed = EnrollRequest.safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const detail = `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not valid'}.`;
      throw new Failure({ code: 'access/bad-enroll-request', status: 400, detail });
    }
    return this.enrolment.enroll(authorization, parsed.data);
  }
}
