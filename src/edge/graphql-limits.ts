/**
 * What a GraphQL document may cost, the same over HTTP and WebSocket: tokens while parsing, then depth, aliases and
 * estimated rows by validation rules. The estimate multiplies list sizes down the tree, so it sees `first`.
 */
import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FieldNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { createComplexityRule, simpleEstimator, type ComplexityEstimator } from 'graphql-query-complexity';
import { limits } from '../contract/index.js';

export const graphqlLimits = {
  tokensMax: 4_000,
  depthMax: 16,
  aliasesMax: 50,
  complexityMax: 20_000,
  /** A WebSocket message; an HTTP body is bounded by `limits.requestBytesMax`. */
  messageBytesMax: 256 * 1024,
  subscriptionsPerConnectionMax: 50,
} as const;

export const parseOptions = { maxTokens: graphqlLimits.tokensMax } as const;

/** Rules for one operation; `variables` let the estimate see a page size that is a variable. */
export function limitRules(variables: Record<string, unknown>): ValidationRule[] {
  const complexity = createComplexityRule({
    maximumComplexity: graphqlLimits.complexityMax,
    variables,
    estimators: [connectionEstimator, simpleEstimator({ defaultComplexity: 1 })],
    createError: (max, actual) =>
      refused('graphql/too-complex', `The query may touch ${actual} fields; ${max} is the most. Ask for smaller pages or fewer fields.`),
  }) as unknown as ValidationRule;
  return [shapeRule, complexity];
}

/** Connections cost their page size; a lineage is seldom deep. */
const connectionEstimator: ComplexityEstimator = ({ args, childComplexity, field }) => {
  if (field.args.some((arg) => arg.name === 'first')) {
    const size = typeof args.first === 'number' ? Math.max(0, args.first) : limits.pageDefault;
    return 1 + size * childComplexity;
  }
  if (field.name === 'ancestry') return 1 + 8 * childComplexity;
  return undefined;
};

/** Depth (fragments followed, introspection left out) and aliases. */
function shapeRule(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      let aliases = 0;
      const visit = (set: SelectionSetNode | undefined, depth: number, within: ReadonlySet<string>): void => {
        if (depth > graphqlLimits.depthMax) throw tooDeep();
        for (const node of set?.selections ?? []) {
          if (node.kind === Kind.FIELD) {
            if (node.alias && ++aliases > graphqlLimits.aliasesMax) throw tooManyAliases();
            if (!isIntrospection(node)) visit(node.selectionSet, depth + 1, within);
          } else if (node.kind === Kind.INLINE_FRAGMENT) {
            visit(node.selectionSet, depth, within);
          } else if (!within.has(node.name.value)) {
            const fragment = context.getFragment(node.name.value);
            visit(fragment?.selectionSet, depth, new Set([...within, node.name.value]));
          }
        }
      };
      try {
        for (const node of document.definitions)
          if (node.kind === Kind.OPERATION_DEFINITION) visit(node.selectionSet, 1, new Set());
      } catch (error) {
        context.reportError(error as GraphQLError);
      }
      return undefined;
    },
  };
}

const isIntrospection = (node: FieldNode) => node.name.value.startsWith('__');

const tooDeep = () => refused('graphql/too-deep', `The query is nested more than ${graphqlLimits.depthMax} levels deep.`);

const tooManyAliases = () =>
  refused('graphql/too-many-aliases', `The query has more than ${graphqlLimits.aliasesMax} aliases. Use several requests.`);

function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}
