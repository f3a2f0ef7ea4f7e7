/**
 * Fields are answered by their methods, without what Nest puts around each: pipes, guards and interceptors, of which fields have
 * none, and three promises, of which a page of deaths would have thousands. A method that returns a value is then no longer
 * asynchronous to graphql-js. Queries, mutations and subscriptions stay Nest's.
 */
import { isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { ModulesContainer } from '@nestjs/core';
import type { OperationContext } from '../history/context.js';

// Of @nestjs/graphql, which does not export them: `@Resolver('Type')`, `@ResolveField('field')`, and what parameters are.
const nameKey = 'graphql:resolver_name';
const isFieldKey = 'graphql:resolve_property';
const parametersKey = '__routeArguments__';

type Method = (...parameters: unknown[]) => unknown;
type Resolve = GraphQLFieldResolver<unknown, OperationContext, Record<string, unknown>>;
/** `0:2` is the parent as the third parameter; 1 the context, 2 the info, 3 the arguments. */
type Parameters = Readonly<
  Record<string, { readonly index: number; readonly data?: unknown; readonly pipes?: unknown[] }>
>;

/** @throws Error when a field's method has what this does not know how to give. */
export function resolveDirectly(schema: GraphQLSchema, modules: ModulesContainer): void {
  for (const module of modules.values())
    for (const { instance } of module.providers.values())
      if (instance !== null && typeof instance === 'object') resolveBy(schema, instance);
}

function resolveBy(schema: GraphQLSchema, instance: object): void {
  const type = schema.getType((Reflect.getMetadata(nameKey, instance.constructor) as string | undefined) ?? '');
  if (!isObjectType(type)) return;
  const prototype = Object.getPrototypeOf(instance) as Record<string, Method>;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name === 'constructor') continue;
    const method = prototype[name]!;
    if (!Reflect.getMetadata(isFieldKey, method)) continue;
    const field = type.getFields()[Reflect.getMetadata(nameKey, method) as string];
    if (field) field.resolve = directly(instance, name, method);
  }
}

function directly(instance: object, name: string, method: Method): Resolve {
  const given = (Reflect.getMetadata(parametersKey, instance.constructor, name) ?? {}) as Parameters;
  const order: number[] = [];
  for (const [key, { index, data, pipes }] of Object.entries(given)) {
    const isPlain = data === undefined && (pipes ?? []).length === 0;
    if (!isPlain)
      throw new Error(`${instance.constructor.name}.${name}: parameters of fields are whole, without pipes.`);
    order[index] = Number(key.split(':')[0]);
  }
  const bound = method.bind(instance);
  // What nearly all of them are.
  if (order.length === 1 && order[0] === 0) return (parent) => bound(parent);
  return (...all) => {
    const [parent, args, context, info] = all;
    const byKind = [parent, context, info, args];
    return bound(...order.map((kind) => byKind[kind]));
  };
}
