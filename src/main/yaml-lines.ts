import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/**
 * In which line of the text a path stands, from 1; that of the nearest part that is there. Undefined for a document
 * without any.
 */
export function lineFinder(text: string): (path: readonly PropertyKey[]) => number | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const lineOf = (node: unknown): number | undefined => {
    const at = isNode(node) ? node.range?.[0] : undefined;
    return at === undefined ? undefined : counter.linePos(at).line;
  };
  return (path) => {
    let node: unknown = document.contents;
    let line = lineOf(node);
    for (const step of path) {
      const inside = isAlias(node) ? node.resolve(document) : node;
      if (isMap(inside)) {
        const pair = inside.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
        if (pair === undefined) break;
        line = lineOf(pair.key) ?? line;
        node = pair.value;
      } else if (isSeq(inside)) {
        node = inside.items[Number(step)];
        line = lineOf(node) ?? line;
      } else break;
    }
    return line;
  };
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}
