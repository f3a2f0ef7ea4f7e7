import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { LoginRow } from '../store/rows.js';
import { uidNumber } from './login.js';

@Resolver('Login')
export class LoginResolver {
  @ResolveField('user')
  user(@Parent() login: LoginRow): { uid: number; name: string | null } {
    return { uid: uidNumber(login.uid), name: login.name };
  }

  @ResolveField('sourceAddress')
  sourceAddress(@Parent() login: LoginRow): string | null {
    return login.source;
  }

  @ResolveField('session')
  session(@Parent() login: LoginRow): number | null {
    return login.session === null ? null : Number(BigInt.asIntN(32, login.session));
  }
}
