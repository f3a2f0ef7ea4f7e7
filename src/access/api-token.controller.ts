import { Body, Controller, Delete, HttpCode, Param, Post, Req } from '@nestjs/common';
import { z } from 'zod';
import { limits } from '../contract/index.js';
import { Failure } from '../platform/errors.js';
import { requireRole, roles, type WithPrincipal } from '../platform/principal.js';
import { hashToken, newToken } from '../platform/tokens.js';
import { TokenStore } from '../store/token.store.js';
import { adminName } from './authenticator.js';

/** Shown in trails and logs, so nothing that could pass for something else there. */
export const ApiTokenRequest = z.object({
  name: z
    .string()
    .min(1)
    .max(limits.nameCharactersMax)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]*$/),
  role: z.enum(roles),
});

/** API tokens for further people and tools. The token itself is in the answer once and nowhere else. */
@Controller('v1/api-tokens')
export class ApiTokenController {
  constructor(private readonly tokens: TokenStore) {}

  @Post()
  @HttpCode(201)
  async create(@Req() request: WithPrincipal, @Body() body: unknown): Promise<{ token: string }> {
    requireRole(request, 'admin');
    const parsed = ApiTokenRequest.safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const detail = `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not valid'}.`;
      throw new Failure({ code: 'access/bad-api-token-request', status: 400, detail });
    }
    const { name, role } = parsed.data;
    const token = newToken('api');
    const added = name !== adminName && (await this.tokens.addApiToken({ name, role, hash: hashToken(token) }));
    if (added) return { token };
    const detail = `There is a token named ${name} already. Choose another name, or revoke that one: DELETE /v1/api-tokens/${name}.`;
    throw new Failure({ code: 'access/name-taken', status: 409, detail });
  }

  /** Takes effect within seconds. */
  @Delete(':name')
  @HttpCode(204)
  async revoke(@Req() request: WithPrincipal, @Param('name') name: string): Promise<void> {
    requireRole(request, 'admin');
    if (await this.tokens.revokeApiToken(name)) return;
    throw new Failure({
      code: 'access/unknown-api-token',
      status: 404,
      detail: `There is no live token named ${name}.`,
    });
  }
}
