/** Where a value stands in its document: member names and element numbers from the root. */
export type JsonPath = readonly (string | number)[];

/** What the patterns say about one place: a step on the way to items, or (with `pattern`) an item itself. */
export interface PatternNode {
  readonly pattern: string | undefined;
  readonly members: ReadonlyMap<string, PatternNode>;
  readonly anyMember: PatternNode | undefined;
  readonly anyElement: PatternNode | undefined;
}

interface GrowingNode {
  pattern: string | undefined;
  members: Map<string, GrowingNode>;
  anyMember: GrowingNode | undefined;
  anyElement: GrowingNode | undefined;
}

const STEP = /\.?([^.[\]*]+)|(\.?\*)|(\[\*\])/y;

/**
 * Reads patterns such as `Results[*].Vulnerabilities[*]`, `[*].x[*]`, `$[*]` and `advisories.*` into one tree.
 * Throws a TypeError for a pattern that cannot be read, that names no array or map, or that reaches inside
 * another's items: those are mistakes in the calling code.
 */
export function compilePatterns(patterns: readonly string[]): PatternNode {
  const root = growingNode();
  for (const pattern of patterns) addPattern(root, pattern);
  return root;
}

function addPattern(root: GrowingNode, pattern: string): void {
  let node = root;
  let last = '';
  STEP.lastIndex = pattern.startsWith('$') ? 1 : 0;
  const start = STEP.lastIndex;
  while (STEP.lastIndex < pattern.length) {
    const at = STEP.lastIndex;
    const step = STEP.exec(pattern);
    if (step === null) throw new TypeError(`cannot read the path pattern '${pattern}' from character ${at}`);
    if (node.pattern !== undefined) throw nested(pattern, node.pattern);
    last = step[0];
    if (step[1] !== undefined && at > start && !last.startsWith('.')) {
      throw new TypeError(`the path pattern '${pattern}' lacks a dot at character ${at}`);
    }
    node = child(node, step[1], step[3] !== undefined, pattern);
  }
  if (!last.endsWith('*') && !last.endsWith(']')) {
    throw new TypeError(`the path pattern '${pattern}' must end in [*] or .*`);
  }
  if (node.members.size > 0 || node.anyMember !== undefined || node.anyElement !== undefined) {
    throw nested('another pattern', pattern);
  }
  node.pattern = pattern;
}

function child(node: GrowingNode, name: string | undefined, element: boolean, pattern: string): GrowingNode {
  if (element) {
    node.anyElement ??= growingNode();
    return node.anyElement;
  }
  const clash = name === undefined ? node.members.size > 0 : node.anyMember !== undefined;
  if (clash) throw new TypeError(`the path pattern '${pattern}' gives both names and * for the same object`);
  if (name === undefined) {
    node.anyMember ??= growingNode();
    return node.anyMember;
  }
  const known = node.members.get(name) ?? growingNode();
  node.members.set(name, known);
  return known;
}

function growingNode(): GrowingNode {
  return { pattern: undefined, members: new Map(), anyMember: undefined, anyElement: undefined };
}

function nested(inner: string, outer: string): TypeError {
  return new TypeError(`the path pattern '${inner}' reaches inside the items of '${outer}'`);
}

const LONGEST_SHOWN_NAME = 80;

/** A path for people: `Results[0].Vulnerabilities[17]`; `$` is the document itself. */
export function showPath(path: JsonPath): string {
  let shown = '';
  for (const step of path) {
    if (typeof step === 'number') shown += `[${step}]`;
    else if (/^[\w@$-]{1,80}$/.test(step)) shown += shown === '' ? step : `.${step}`;
    else shown += `[${JSON.stringify(step.slice(0, LONGEST_SHOWN_NAME))}]`;
  }
  return shown === '' ? '$' : shown;
}
