/** A plain caller for the tests beside this file: no retries, no knowledge of the API. */
import type { TestContext } from 'node:test';
import { makeEstate } from './data/estate.ts';
import type { TenantData } from './data/model.ts';
import { type DynatraceEmulator, startDynatraceEmulator } from './emulator.ts';
import type { EmulatorOptions } from './options.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON, or undefined. */
  readonly body: Json | undefined;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly authorization?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly prefix?: string;
}

/** One small estate for all: immutable, so sharing it is harmless. */
export const estate = makeEstate({ seed: 'trial', problems: 200, resolvedLongAgo: 5 });

export interface Trial {
  readonly emulator: DynatraceEmulator;
  call(path: string, options?: CallOptions): Promise<Reply>;
}

export async function startTrial(
  t: TestContext,
  options: Partial<EmulatorOptions> = {},
  tenant: TenantData = estate.certification,
): Promise<Trial> {
  const emulator = await startDynatraceEmulator({ clock: 'frozen', tenant, ...options });
  t.after(() => emulator.close());
  return {
    emulator,
    async call(
      path,
      { token = emulator.token, authorization, method = 'GET', body, prefix = '/api/v2' } = {},
    ) {
      const response = await fetch(`${emulator.url}${prefix}${path}`, {
        method,
        headers: { authorization: authorization ?? `Api-Token ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parse(text) };
    },
  };
}

/** The value at a path inside a JSON value; undefined when there is nothing. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(found) && typeof step === 'number') found = found[step];
    else if (isObject(found) && typeof step === 'string') found = found[step];
    else return undefined;
  }
  return found;
}

export function rows(value: Json | undefined, ...path: readonly (string | number)[]): Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function texts(values: readonly Json[], ...path: readonly (string | number)[]): string[] {
  return values.map((value) => String(at(value, ...path)));
}

export function query(parameters: Readonly<Record<string, string | number>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) search.set(name, String(value));
  return `?${search}`;
}

/** All pages of a list. */
export async function listAll(
  trial: Trial,
  parameters: Readonly<Record<string, string | number>>,
  path = '/securityProblems',
  name = 'securityProblems',
): Promise<Json[]> {
  const all: Json[] = [];
  let next: Json | undefined;
  do {
    const search: Readonly<Record<string, string | number>> =
      typeof next === 'string' ? { nextPageKey: next } : parameters;
    const { body, status, text } = await trial.call(`${path}${query(search)}`);
    if (status !== 200) throw new Error(`${status}: ${text}`);
    all.push(...rows(body, name));
    next = at(body, 'nextPageKey');
  } while (typeof next === 'string');
  return all;
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
