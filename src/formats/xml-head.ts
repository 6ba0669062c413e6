/** The root element of an XML document as far as its start tells, or undefined. */
export interface RootTag {
  /** Without prefix. */
  readonly name: string;
  /** The rest of the start tag, up to where the text ends. */
  readonly attributes: string;
}

/** Undefined for what is no XML, and where what stands before the root fills the whole text. */
export function rootTagOf(text: string): RootTag | undefined {
  let at = 0;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] ?? '')) at++;
    const end = text.startsWith('<?', at) ? '?>' : text.startsWith('<!--', at) ? '-->' : undefined;
    if (end === undefined) break;
    const found = text.indexOf(end, at);
    if (found < 0) return undefined;
    at = found + end.length;
  }
  const tag = text.slice(at, closing(text, at));
  const name = /^<(?:[\w.-]+:)?([\w.-]+)(?=[\s/]|$)/.exec(tag);
  return name === null ? undefined : { name: name[1] ?? '', attributes: tag.slice(name[0].length) };
}

function closing(text: string, from: number): number {
  const found = text.indexOf('>', from);
  return found < 0 ? text.length : found;
}
