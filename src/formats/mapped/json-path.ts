/** Paths to the members of a record: `package.name`, `ids[0]`, `refs[*].url`, `["a.b"]`; `$.` document, `^.` record around. */
import { asObject } from '../loose-values.ts';

const STEP = /\.?([^.[\]"*]+)|\[(\d{1,6})\]|\[\*\]|\.?\["((?:[^"\\]|\\.)*)"\]/y;

/** Undefined for what is no path. */
export function stepsOf(path: string): readonly JsonStep[] | undefined {
  const steps: JsonStep[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const isFirst = STEP.lastIndex === 0;
    const found = STEP.exec(path);
    if (found === null) return undefined;
    const [whole, name, index, quoted] = found;
    // A name stands behind a dot, but for the first.
    if (name !== undefined && whole.startsWith('.') === isFirst) return undefined;
    if (index !== undefined) steps.push({ kind: 'element', index: Number(index) });
    else if (whole === '[*]') steps.push({ kind: 'each' });
    else steps.push({ kind: 'member', name: name?.trim() ?? unescaped(quoted ?? '') });
  }
  return steps.length === 0 ? undefined : steps;
}

export type JsonStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'each' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

export function isJsonPath(path: string): boolean {
  return stepsOf(path.replace(/^[$^]\./, '')) !== undefined;
}

const NAMES = '[^.[\\]*"]+(?:\\[\\*\\])?';
const RECORDS = new RegExp(`^(?:\\$(?=[.[]))?(?:\\[\\*\\]|\\.?${NAMES})(?:\\.${NAMES})*$`);

/** Of a list whose elements are read one by one: `findings[*]`, `[*]`, `hosts[*].findings[*]`. */
export function isRecordsPath(path: string): boolean {
  return path.endsWith('[*]') && !path.startsWith('.') && RECORDS.test(path);
}

/** Everything that stands there; lists that a path goes through by number or `[*]`. */
export function valuesAt(value: unknown, steps: readonly JsonStep[]): readonly unknown[] {
  let found: readonly unknown[] = [value];
  for (const step of steps) {
    found = found.flatMap((one): readonly unknown[] => {
      if (step.kind === 'member') {
        const owner = asObject(one);
        return owner !== undefined && Object.hasOwn(owner, step.name) ? [owner[step.name]] : [];
      }
      if (!Array.isArray(one)) return [];
      return step.kind === 'each' ? one : one.slice(step.index, step.index + 1);
    });
  }
  return found;
}
