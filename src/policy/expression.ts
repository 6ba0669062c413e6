/**
 * CEL (Common Expression Language, https://cel.dev) over one finding. Everything is bounded before it runs: the size of
 * the expression, how deep loops nest, what they run over and how many steps that makes. There is no clock to stop it
 * by, so that a verdict is the same whenever it is decided again. What lies beyond a bound is not left out, for then an
 * expression could miss the one thing it looks for: it is not told.
 */
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { Finding } from '../domain/finding.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { FINDING_FIELDS, type FindingField } from './finding-fields.ts';
import type { Unread } from './rule.ts';

/** `true`, `false`, or why it cannot be told. */
export type Told = boolean | { readonly problem: string };

export interface Expression {
  (finding: Finding, now: number): Told;
  /** What must have been asked before `false` says anything. */
  readonly needs: ReadonlySet<Unread>;
}

const LONGEST_LIST = 100;
const LONGEST_TEXT = 2000;
const LONGEST_EXPRESSION = 2000;
const DEEPEST_LOOPS = 2;
/** For one finding; some ten milliseconds. */
const MOST_STEPS = 200_000;

const FIELDS: ReadonlyMap<string, FindingField> = new Map(Object.entries(FINDING_FIELDS));
const FINDING = 'finding';

const environment = new Environment({
  unlistedVariablesAreDyn: false,
  limits: {
    maxAstNodes: 300,
    maxDepth: 24,
    maxListElements: LONGEST_LIST,
    maxMapEntries: 10,
    maxCallArguments: 8,
  },
}).registerVariable({
  name: FINDING,
  schema: Object.fromEntries([...FIELDS].map(([name, { type }]) => [name, type])),
});

/** Throws an Error that says what is wrong with the expression, in a line. */
export function compileExpression(text: string): Expression {
  if (text.length > LONGEST_EXPRESSION) {
    throw new Error(`it is longer than ${LONGEST_EXPRESSION} characters`);
  }
  const parsed = firstLineOf(() => environment.parse(text));
  const { valid, type, error } = firstLineOf(() => parsed.check());
  if (!valid) throw new Error(lineOf(error));
  if (type !== 'bool' && type !== 'dyn') throw new Error(`it gives a ${type}, not true or false`);
  const made = read(parsed.ast);
  const tell = (finding: Finding, now: number): Told => {
    const asked = valuesOf(finding, now, made.fields);
    const problem = tooMuch(asked, made);
    if (problem !== undefined) return { problem };
    try {
      const value: unknown = parsed({ [FINDING]: Object.fromEntries(asked) });
      return typeof value === 'boolean' ? value : { problem: 'it gives neither true nor false' };
    } catch (error) {
      return { problem: lineOf(error) };
    }
  };
  const needs = new Set([...made.fields].flatMap((name) => FIELDS.get(name)?.needs ?? []));
  return Object.assign(tell, { needs });
}

function firstLineOf<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(lineOf(error), { cause: error });
  }
}

function lineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

/** What an expression is made of, as far as its cost goes. */
interface Made {
  /** Fields of the finding it asks for. */
  readonly fields: Set<string>;
  /** How many nodes are outside of loops, in one, in loops in loops. */
  readonly nodes: number[];
  /** The longest list that stands in the expression itself. */
  longestLiteral: number;
}

function read(ast: ASTNode): Made {
  const made: Made = {
    fields: new Set(),
    nodes: Array.from({ length: DEEPEST_LOOPS + 1 }, () => 0),
    longestLiteral: 0,
  };
  visit(ast, 0, made);
  return made;
}

const LOOPS = ['all', 'exists', 'exists_one', 'map', 'filter'];
/** Patterns can take for ever on a hostile text, and what makes lists out of texts makes them as long as these. */
const REFUSED = new Map([
  ['matches', 'use contains, startsWith or endsWith'],
  ['split', 'use contains, startsWith or endsWith'],
  ['join', 'use exists'],
  ['bind', 'write it out'],
]);

function visit(node: ASTNode, loops: number, made: Made): void {
  made.nodes[loops] = (made.nodes[loops] ?? 0) + 1;
  if (node.op === 'id' && node.args === FINDING) {
    throw new Error(`${FINDING} is asked by field: ${FINDING}.severity`);
  }
  const field = fieldOf(node);
  if (field !== undefined) {
    made.fields.add(field);
    return;
  }
  refuseNoSeverity(node);
  if (node.op === 'list') made.longestLiteral = Math.max(made.longestLiteral, node.args.length);
  const name = node.op === 'call' || node.op === 'rcall' ? node.args[0] : '';
  const instead = REFUSED.get(name);
  if (instead !== undefined) throw new Error(`${name}() is not there: ${instead}`);
  if (node.op !== 'rcall' || !LOOPS.includes(name)) {
    for (const part of nodesIn(node.args)) visit(part, loops, made);
    return;
  }
  const [, over, body] = node.args;
  if (!isShort(over)) throw new Error(`${name}() runs over a list of the finding or one that is written out`);
  if (loops === DEEPEST_LOOPS) throw new Error(`loops nest deeper than ${DEEPEST_LOOPS}`);
  visit(over, loops, made);
  for (const part of body) visit(part, loops + 1, made);
}

/** What compares the severity with a text that is none never holds, or always: nobody means that. */
function refuseNoSeverity(node: ASTNode): void {
  if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return;
  const [left, right] = node.args;
  const [of, others] = fieldOf(left) === 'severity' ? [left, right] : [right, left];
  if (fieldOf(of) !== 'severity') return;
  for (const { op, args } of others.op === 'list' ? others.args : [others]) {
    if (op !== 'value' || typeof args !== 'string' || SEVERITIES.some((one) => one === args)) continue;
    throw new Error(`'${args}' is no severity: use ${SEVERITIES.join(', ')}, in lower case`);
  }
}

/** The name behind `finding.`. */
function fieldOf(node: ASTNode): string | undefined {
  if (node.op !== '.') return undefined;
  const [of, name] = node.args;
  return of.op === 'id' && of.args === FINDING ? name : undefined;
}

/** Never longer than a list of the finding or of the expression: what `map` and `filter` make of them is not either. */
function isShort(node: ASTNode): boolean {
  if (node.op === 'rcall') return ['map', 'filter'].includes(node.args[0]) && isShort(node.args[1]);
  return node.op === 'list' || fieldOf(node) !== undefined;
}

function nodesIn(value: unknown): readonly ASTNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  return isNode(value) ? [value] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

type Value = string | number | boolean | readonly string[];

function valuesOf(finding: Finding, now: number, fields: ReadonlySet<string>): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const name of fields) {
    const value = FIELDS.get(name)?.of(finding, now);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

function tooMuch(values: ReadonlyMap<string, Value>, { nodes, longestLiteral }: Made): string | undefined {
  let longest = longestLiteral;
  for (const [name, value] of values) {
    if (typeof value === 'number' || typeof value === 'boolean') continue;
    if (typeof value !== 'string') {
      if (value.length > LONGEST_LIST) return `${FINDING}.${name} has more than ${LONGEST_LIST} entries`;
      longest = Math.max(longest, value.length);
    }
    const texts = typeof value === 'string' ? [value] : value;
    if (texts.some(({ length }) => length > LONGEST_TEXT)) {
      return `${FINDING}.${name} is longer than ${LONGEST_TEXT} characters`;
    }
  }
  // At most so many: what a condition makes needless is counted all the same.
  const steps = nodes.reduce((sum, count, loops) => sum + count * longest ** loops, 0);
  return steps > MOST_STEPS ? `it takes more than ${MOST_STEPS} steps over lists of ${longest}` : undefined;
}
