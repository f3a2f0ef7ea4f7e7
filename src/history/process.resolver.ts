import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ProcessChildrenArgs, ProcessOrigin, ProcessSignalsReceivedArgs } from '../generated/graphql.js';
import { ProcessStore } from '../store/process.store.js';
import type { ContainerRow, DeathRow, HostRow, LoginRow, ProcessRow, SignalRow } from '../store/rows.js';
import { containerOf, lifeId } from '../store/rows.js';
import { SignalStore } from '../store/signal.store.js';
import { pageSize, toConnection, type Connection } from '../platform/connection.js';
import type { OperationContext } from './context.js';
import { enumName } from './enum-name.js';
import { loginOf, uidNumber } from './login.js';
import { afterProcess, processCursor } from './process.cursor.js';
import { afterSignal, signalCursor } from './signal.cursor.js';

@Resolver('Process')
export class ProcessResolver {
  constructor(
    private readonly processes: ProcessStore,
    private readonly signals: SignalStore,
  ) {}

  @ResolveField('id')
  id(@Parent() process: ProcessRow): string {
    return lifeId(process);
  }

  @ResolveField('host')
  host(@Parent() process: ProcessRow, @Context() { loaders }: OperationContext): Promise<HostRow | null> {
    return loaders.host.load(process.host_id);
  }

  @ResolveField('ppid')
  ppid(@Parent() process: ProcessRow): number | null {
    return process.parent_pid;
  }

  @ResolveField('argsCut')
  argsCut(@Parent() process: ProcessRow): boolean {
    return process.args_cut;
  }

  @ResolveField('user')
  user(@Parent() process: ProcessRow): { uid: number; name: string | null } | null {
    return process.uid === null ? null : { uid: uidNumber(process.uid), name: process.user_name };
  }

  @ResolveField('login')
  login(@Parent() process: ProcessRow): LoginRow | null {
    return loginOf(process);
  }

  @ResolveField('container')
  container(@Parent() process: ProcessRow): ContainerRow | null {
    return containerOf(process);
  }

  @ResolveField('kernelThread')
  kernelThread(@Parent() process: ProcessRow): boolean {
    return process.kernel_thread;
  }

  @ResolveField('origin')
  origin(@Parent() process: ProcessRow): ProcessOrigin {
    return enumName(process.origin) as ProcessOrigin;
  }

  @ResolveField('startedAt')
  startedAt(@Parent() process: ProcessRow): Date {
    return process.started_at;
  }

  @ResolveField('endedAt')
  endedAt(@Parent() process: ProcessRow): Date | null {
    return process.ended_at;
  }

  @ResolveField('parent')
  async parent(@Parent() process: ProcessRow, @Context() { loaders }: OperationContext): Promise<ProcessRow | null> {
    const { boot, parent_pid: pid, parent_start_ns: start_ns } = process;
    return pid === null || start_ns === null ? null : loaders.process.load({ boot, pid, start_ns });
  }

  @ResolveField('ancestry')
  ancestry(@Parent() process: ProcessRow, @Context() { loaders }: OperationContext): Promise<ProcessRow[]> {
    return loaders.ancestry.load(process);
  }

  @ResolveField('death')
  death(@Parent() process: ProcessRow, @Context() { loaders }: OperationContext): Promise<DeathRow | null> {
    return loaders.death.load(process);
  }

  @ResolveField('children')
  async children(
    @Parent() process: ProcessRow,
    @Args() { first, after }: ProcessChildrenArgs,
  ): Promise<Connection<ProcessRow>> {
    const size = pageSize(first);
    const rows = await this.processes.childrenPage(process, afterProcess('children', after), size + 1);
    return toConnection(rows, size, (row) => processCursor('children', row));
  }

  @ResolveField('signalsReceived')
  signalsReceived(
    @Parent() process: ProcessRow,
    @Args() page: ProcessSignalsReceivedArgs,
  ): Promise<Connection<SignalRow>> {
    return this.signalPage('target', process, page);
  }

  @ResolveField('signalsSent')
  signalsSent(@Parent() process: ProcessRow, @Args() page: ProcessSignalsReceivedArgs): Promise<Connection<SignalRow>> {
    return this.signalPage('sender', process, page);
  }

  private async signalPage(
    role: 'target' | 'sender',
    process: ProcessRow,
    { first, after }: ProcessSignalsReceivedArgs,
  ) {
    const size = pageSize(first);
    const list = `signals-${role}`;
    const rows = await this.signals.page(role, process, afterSignal(list, after), size + 1);
    return toConnection(rows, size, (row) => signalCursor(list, row));
  }
}
