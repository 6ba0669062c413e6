/** A small scan made large: its entries over and over, each time of other advisories. */

/** Of a document, a part that can stand in it any number of times. */
interface Repeatable {
  /** The scan with so many copies of the part, itself included. */
  times(copies: number): string;
}

/** Every way to make the scan larger; which of them makes more findings, its format says. */
export function repeatablesOf(text: string): readonly Repeatable[] {
  if (text.trimStart().startsWith('<')) return elementsOf(text);
  try {
    return listsOf(JSON.parse(text));
  } catch {
    return linesOf(text);
  }
}

/** Other names and numbers of advisories for each copy, the same ones within it. */
function varied(text: string, copy: number): string {
  if (copy === 0) return text;
  const ids = new Set([...text.matchAll(/"(?:spdxId|SPDXID|bom-ref)":("[^"]+)"/g)].map(([, id = '']) => id));
  const renamed = [...ids].reduce((named, id) => named.replaceAll(`${id}"`, `${id}-${copy}"`), text);
  return renamed
    .replace(
      /CVE-\d{4}-(\d{4,})/g,
      (_, number: string) => `CVE-2099-${10_000 + ((+number + copy * 31) % 900_000)}`,
    )
    .replace(/(GHSA-\w{4}-\w{4})-\w{4}/g, `$1-${copy.toString(36).padStart(4, '0')}`)
    .replace(/("(?:source|id)":)(\d+)/g, (_, name: string, number: string) => name + (+number + copy * 1000));
}

function copiesOf(text: string, copies: number): readonly string[] {
  return Array.from({ length: copies }, (_, copy) => varied(text, copy));
}

function elementsOf(text: string): readonly Repeatable[] {
  const names = new Set([...text.matchAll(/<([\w:]+)[\s>]/g)].map(([, name = '']) => name));
  return [...names].flatMap((name) => {
    const [whole] = new RegExp(`<${name}[\\s>][\\s\\S]*?</${name}>`).exec(text) ?? [];
    if (whole === undefined) return [];
    return [{ times: (copies) => text.replace(whole, () => copiesOf(whole, copies).join('\n')) }];
  });
}

/** The second line: of a CSV the first below its header. */
function linesOf(text: string): readonly Repeatable[] {
  const [first = '', second = '', ...others] = text.split('\n');
  return [{ times: (copies) => [first, ...copiesOf(second, copies), ...others].join('\n') }];
}

const MARK = '__repeated__';

/** Lists of objects, and maps of them: what repeats is all that is in one. */
function listsOf(document: unknown): readonly Repeatable[] {
  const found: Repeatable[] = [];
  const visit = (node: unknown, put: (instead: unknown) => void): void => {
    if (typeof node !== 'object' || node === null) return;
    const values = Object.values(node);
    if (values.length > 0 && values.every((value) => typeof value === 'object' && value !== null)) {
      const inside = JSON.stringify(node).slice(1, -1);
      const isList = Array.isArray(node);
      found.push({
        times(copies) {
          put([MARK]);
          const [before = '', after = ''] = JSON.stringify(document).split(JSON.stringify([MARK]));
          put(node);
          const all = isList
            ? copiesOf(inside, copies)
            : Array.from({ length: copies }, (_, copy) => (copy === 0 ? inside : withOtherKeys(node, copy)));
          const [open, close] = isList ? ['[', ']'] : ['{', '}'];
          return `${before}${open}${all.join(',')}${close}${after}`;
        },
      });
    }
    for (const [key, value] of Object.entries(node))
      visit(value, (instead) => Object.assign(node, { [key]: instead }));
  };
  const root = { document };
  visit(document, (instead) => Object.assign(root, { document: instead }));
  return Array.isArray(document) ? [ofWholeList(document), ...found] : found;
}

function ofWholeList(list: readonly unknown[]): Repeatable {
  const inside = JSON.stringify(list).slice(1, -1);
  return { times: (copies) => `[${copiesOf(inside, copies).join(',')}]` };
}

/** What is called by a key is called by the new one, too. */
function withOtherKeys(map: object, copy: number): string {
  const inside = JSON.stringify(map).slice(1, -1);
  const renamed = Object.keys(map).reduce(
    (text, key) => text.replaceAll(JSON.stringify(key), JSON.stringify(`${key}-${copy}`)),
    inside,
  );
  return varied(renamed, copy);
}
