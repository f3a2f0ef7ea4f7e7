/**
 * What a GraphQL document may cost, the same over HTTP and WebSocket: tokens while parsing, then depth, aliases and
 * selections (fragments followed each time they are spread), then estimated rows. The estimate multiplies list sizes
 * down the tree, so it sees `first`; it follows fragments too, so it runs only on what the first has bounded.
 */
import {
  GraphQLError,
  Kind,
  validate,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
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
  /** Fragments that spread each other twice double with each: a short document may be endless when it is written out. */
  selectionsMax: 10_000,
  complexityMax: 20_000,
  /** A WebSocket message; an HTTP body is bounded by `limits.requestBytesMax`. */
  messageBytesMax: 256 * 1024,
  subscriptionsPerConnectionMax: 50,
} as const;

export const parseOptions = { maxTokens: graphqlLimits.tokensMax } as const;

/** Documents that were looked at, each with what was found for the numbers and booleans that came with it. */
const known = new WeakMap<DocumentNode, Map<string, readonly GraphQLError[]>>();
const knownPerDocumentMax = 50;

/**
 * What is too much in a valid document; `variables` let the estimate see a page size that is a variable. Whoever executes
 * documents keeps those that come again, so they are looked at once.
 */
export function limitErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
): readonly GraphQLError[] {
  const found = known.get(document) ?? new Map<string, readonly GraphQLError[]>();
  known.set(document, found);
  const key = sizesOf(variables);
  const before = found.get(key);
  if (before) return before;
  const { errors, isEstimated } = findErrors(schema, document, variables);
  if (isEstimated && found.size < knownPerDocumentMax) found.set(key, errors);
  return errors;
}

/** All that the estimate can depend on: page sizes, and whether a field is included. Others only have to be of their type. */
function sizesOf(variables: Record<string, unknown>): string {
  return JSON.stringify(
    Object.entries(variables).map(([name, value]) => {
      const isSize = typeof value === 'number' || typeof value === 'boolean' || value === null;
      return [name, isSize ? value : Array.isArray(value) ? 'array' : typeof value];
    }),
  );
}

function findErrors(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
): { errors: readonly GraphQLError[]; isEstimated: boolean } {
  const misshapen = validate(schema, document, [shapeRule]);
  if (misshapen.length > 0) return { errors: misshapen, isEstimated: true };
  // The estimate reports variables that do not fit, too; whoever executes the operation does that, with a code.
  const reported = validate(schema, document, [complexityRule(variables)]);
  const errors = reported.filter(({ extensions }) => isOurs(extensions.code));
  return { errors, isEstimated: errors.length === reported.length };
}

const isOurs = (code: unknown) => typeof code === 'string' && code.startsWith('graphql/');

function complexityRule(variables: Record<string, unknown>): ValidationRule {
  return createComplexityRule({
    maximumComplexity: graphqlLimits.complexityMax,
    variables,
    estimators: [connectionEstimator, simpleEstimator({ defaultComplexity: 1 })],
    createError: (max, actual) =>
      refused(
        'graphql/too-complex',
        `The query may touch ${actual} fields; ${max} is the most. Ask for smaller pages or fewer fields.`,
      ),
  }) as unknown as ValidationRule;
}

/** So many groups have most answers of `deathCounts`. */
const countedGroups = 200;

/** Connections cost their page size; a lineage is seldom deep. */
const connectionEstimator: ComplexityEstimator = ({ args, childComplexity, field }) => {
  if (field.args.some((arg) => arg.name === 'first')) {
    const size = typeof args.first === 'number' ? Math.max(0, args.first) : limits.pageDefault;
    return 1 + size * childComplexity;
  }
  if (field.name === 'ancestry') return 1 + 8 * childComplexity;
  if (field.name === 'deathCounts') return 1 + countedGroups * childComplexity;
  return undefined;
};

/** Depth (fragments followed, introspection left out), aliases and selections. */
function shapeRule(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      let aliases = 0;
      let selections = 0;
      const visit = (set: SelectionSetNode | undefined, depth: number, within: ReadonlySet<string>): void => {
        if (depth > graphqlLimits.depthMax) throw tooDeep();
        for (const node of set?.selections ?? []) {
          if (++selections > graphqlLimits.selectionsMax) throw tooManySelections();
          if (node.kind === Kind.FIELD) {
            if (node.alias && ++aliases > graphqlLimits.aliasesMax) throw tooManyAliases();
            if (node.selectionSet && !isIntrospection(node)) visit(node.selectionSet, depth + 1, within);
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

const tooDeep = () =>
  refused('graphql/too-deep', `The query is nested more than ${graphqlLimits.depthMax} levels deep.`);

const tooManyAliases = () =>
  refused(
    'graphql/too-many-aliases',
    `The query has more than ${graphqlLimits.aliasesMax} aliases. Use several requests.`,
  );

const tooManySelections = () =>
  refused(
    'graphql/too-complex',
    `The query selects more than ${graphqlLimits.selectionsMax} fields, its fragments written out.`,
  );

function refused(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}
