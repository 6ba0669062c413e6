/**
 * JSON Canonicalization Scheme (RFC 8785): one value, one text, whoever writes it. ECMAScript's own way to write numbers
 * and strings is what the RFC prescribes; what is left is the order of the keys (by UTF-16 code unit, as `sort` has it)
 * and to refuse what has no such form. Packages for this let lone surrogates, class instances or `undefined` pass, and
 * then two values share a text.
 */
import { GatehouseError } from '../domain/errors.ts';

export interface CanonicalOptions {
  /**
   * The RFC refuses strings that are no Unicode. `replace` writes U+FFFD for each lone surrogate of a value, for data
   * that others wrote and that must be kept whatever stands in it; keys are refused all the same.
   */
  readonly loneSurrogates?: 'refuse' | 'replace';
}

/**
 * Members that are `undefined` are left out, as absent; anywhere else `undefined` is refused.
 *
 * @throws GatehouseError `input-invalid` naming the place: not a finite number, not Unicode, not JSON, or too deep
 */
export function canonicalJson(value: unknown, options: CanonicalOptions = {}): string {
  return write(value, { at: [], replaces: options.loneSurrogates === 'replace', keys: new Map() });
}

interface Writing {
  /** Where we are; as long as the nesting is deep. */
  readonly at: (string | number)[];
  readonly replaces: boolean;
  /** As written, with their colon. */
  readonly keys: Map<string, string>;
}

/** Deeper than anything people write, and shallow enough for every reader's stack. A circle ends here, too. */
const DEEPEST = 500;

function write(value: unknown, writing: Writing): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, writing);
    case 'number':
      if (!Number.isFinite(value)) throw refused(writing, `${value} is no JSON number`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (writing.at.length >= DEEPEST) throw refused(writing, `nested deeper than ${DEEPEST}`);
      return Array.isArray(value) ? writeArray(value, writing) : writeObject(value, writing);
    default:
      throw refused(writing, `${typeof value} is not JSON`);
  }
}

function writeString(text: string, writing: Writing): string {
  if (text.isWellFormed()) return JSON.stringify(text);
  if (!writing.replaces) throw refused(writing, 'a surrogate stands alone, which is no Unicode');
  return JSON.stringify(text.toWellFormed());
}

/** By index: a hole is refused as what reading it gives. */
function writeArray(items: readonly unknown[], writing: Writing): string {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    writing.at.push(index);
    text += (index === 0 ? '' : ',') + write(items[index], writing);
    writing.at.pop();
  }
  return `${text}]`;
}

function writeObject(value: object, writing: Writing): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refused(writing, 'only plain objects are JSON');
  }
  const members: Readonly<Record<string, unknown>> = { ...value };
  let text = '{';
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    text += (text === '{' ? '' : ',') + writeKey(key, writing);
    writing.at.push(key);
    text += write(member, writing);
    writing.at.pop();
  }
  return `${text}}`;
}

/** The same few keys come again in every object of a list. */
function writeKey(key: string, writing: Writing): string {
  const known = writing.keys.get(key);
  if (known !== undefined) return known;
  if (!key.isWellFormed()) throw refused(writing, 'a key is no Unicode');
  const written = `${JSON.stringify(key)}:`;
  writing.keys.set(key, written);
  return written;
}

function refused({ at }: Writing, why: string): GatehouseError {
  const place = at.slice(0, 10).join('.').toWellFormed().slice(0, 200) || 'the value';
  return new GatehouseError('input-invalid', `no canonical JSON: ${place}: ${why}`);
}
