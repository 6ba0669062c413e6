/**
 * Foreign JSON is read loosely: a member that is not what it should be is absent. Values come from JSON.parse, so what
 * a file calls `__proto__` is an own member and nothing is inherited but Object.prototype, which holds no data.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(from: JsonObject | undefined, name: string): JsonObject | undefined {
  return asObject(from?.[name]);
}

/** The text without surrounding white space; undefined when it is none or empty. */
export function textOf(from: JsonObject | undefined, name: string): string | undefined {
  const value = from?.[name];
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** A finite number, also when it is written as text. */
export function numberOf(from: JsonObject | undefined, name: string): number | undefined {
  const value = from?.[name];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function countOf(from: JsonObject | undefined, name: string): number | undefined {
  const value = from?.[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function listOf(from: JsonObject | undefined, name: string): readonly unknown[] {
  const value = from?.[name];
  return Array.isArray(value) ? value : [];
}

export function textsOf(from: JsonObject | undefined, name: string): readonly string[] {
  return listOf(from, name).filter(
    (value): value is string => typeof value === 'string' && value.trim() !== '',
  );
}

export function objectsOf(from: JsonObject | undefined, name: string): readonly JsonObject[] {
  return listOf(from, name).filter(isObject);
}

/**
 * Epoch ms; undefined for what is no date, and for Go's and .NET's year 1, which means "not set". A time without a zone
 * is UTC: it must not depend on where it is read.
 */
export function timeOf(from: JsonObject | undefined, name: string): number | undefined {
  const text = textOf(from, name);
  if (text === undefined || text.startsWith('0001-')) return undefined;
  const time = Date.parse(ZONELESS.test(text) ? `${text.replace(' ', 'T')}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

/** A member of a map that is meant for the prototypes of careless programs, unless an entry really is called so. */
export function isPrototypeName(name: unknown): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype';
}

const ZONELESS = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;

const SHORTENED = 300;

/** One line of foreign text for a message to people. */
export function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > SHORTENED ? `${line.slice(0, SHORTENED)}…` : line;
}
