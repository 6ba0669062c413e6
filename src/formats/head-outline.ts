/** What can be told of a JSON document from its start, which may end anywhere. */
export interface HeadOutline {
  readonly root: 'object' | 'array' | 'other';
  /** Members of the root object, or of the first object in the root array; scalars with their value. */
  readonly members: ReadonlyMap<string, string | number | boolean | null | undefined>;
}

/** A string that the end cuts off is one token too, so that no character is looked at twice. */
const TOKEN = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** Never throws: what is no JSON has the root `other`. */
export function outlineOf(text: string): HeadOutline {
  const members = new Map<string, string | number | boolean | null | undefined>();
  const start = text.trimStart();
  const root = start.startsWith('{') ? 'object' : start.startsWith('[') ? 'array' : 'other';
  if (root === 'other') return { root, members };
  const wanted = root === 'object' ? 1 : 2;
  let depth = 0;
  let name: string | undefined;
  for (const [token] of start.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      depth++;
      if (depth === wanted && token === '[') break;
      if (depth === wanted + 1 && name !== undefined) members.set(name, undefined);
    } else if (token === '}' || token === ']') {
      depth--;
      if (depth < wanted) break;
    } else if (depth === wanted && token === ',') name = undefined;
    else if (depth === wanted && token !== ':') {
      const value = scalar(token);
      if (name !== undefined) members.set(name, value);
      else if (typeof value === 'string') name = value;
    }
  }
  return { root, members };
}

function scalar(token: string): string | number | boolean | null | undefined {
  try {
    const value: unknown = JSON.parse(token);
    if (value === null || typeof value === 'string' || typeof value === 'number') return value;
    return typeof value === 'boolean' ? value : undefined;
  } catch {
    // A token that the end of the head cut in two, or no JSON: nothing is known of it.
    return undefined;
  }
}
