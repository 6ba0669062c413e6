/** `gatehouse.yaml` and the environment: read once, checked as a whole, every problem by its path. */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { GatehouseError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { Scope } from '../domain/scope.ts';
import { PolicyDocument, readPolicy } from '../policy/read-policy.ts';
import { type AnySource, SOURCES, sourceOfKind } from '../sources/registry.ts';
import type { Io } from './command.ts';
import { parseYaml, problems } from './yaml-file.ts';

export interface ConfiguredSource {
  readonly name: string;
  readonly source: AnySource;
  /** Parsed by the source's own schema. */
  readonly settings: unknown;
}

/** What is to ship, and what the verdict about it needs. */
export const Release = z.strictObject({
  name: z.string().min(1),
  scope: z.string().min(1).optional(),
  baseline: z.string().min(1).optional(),
  /** Sources without which there is no GO; those of the scope when not given. */
  required: z.array(z.string().min(1)).optional(),
});
export type Release = z.infer<typeof Release>;

export interface Configuration {
  /** The file it was read from; undefined: there is none and all is as it comes. */
  readonly file: string | undefined;
  readonly home: string;
  /** `sqlite:PATH` or `postgres://…`. */
  readonly store: string;
  readonly sources: readonly ConfiguredSource[];
  readonly scopes: readonly Scope[];
  readonly policy: Policy;
  readonly release: Release | undefined;
}

const Document = z.strictObject({
  store: z.string().min(1).optional(),
  sources: z.array(z.looseObject({ name: z.string().min(1), kind: z.string().min(1) })).default([]),
  scopes: z.array(Scope).default([]),
  policy: PolicyDocument.optional(),
  release: Release.optional(),
});

export const DEFAULT_FILE = 'gatehouse.yaml';

/** Throws `config-invalid` naming the file and every problem in it. */
export async function readConfiguration(io: Io, named?: string): Promise<Configuration> {
  const asked = named ?? io.env.GATEHOUSE_CONFIG;
  const path = resolve(io.cwd, asked ?? DEFAULT_FILE);
  const text = await readText(path, asked !== undefined);
  const home = resolve(io.cwd, io.env.GATEHOUSE_HOME ?? '.gatehouse');
  const document = text === undefined ? Document.parse({}) : check(path, text);
  const sources = readSources(path, document.sources);
  assertKnownScopes(path, document.release, document.scopes);
  return {
    file: text === undefined ? undefined : path,
    home,
    store: storeOf(
      io.env.GATEHOUSE_STORE ?? document.store,
      text === undefined ? io.cwd : dirname(path),
      home,
    ),
    sources,
    scopes: document.scopes,
    policy: document.policy ?? readPolicy({}),
    release: document.release,
  };
}

async function readText(path: string, isAsked: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!isAsked && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatehouseError('config-invalid', `${path}: cannot be read: ${why}`, { cause });
  }
}

function check(path: string, text: string): z.infer<typeof Document> {
  const read = Document.safeParse(parseYaml(path, text) ?? {});
  if (read.success) return read.data;
  throw problems(
    path,
    read.error.issues.map(({ path: at, message }) => `${at.join('.') || 'document'}: ${message}`),
  );
}

function readSources(
  path: string,
  documents: readonly ({ name: string; kind: string } & Record<string, unknown>)[],
): readonly ConfiguredSource[] {
  const found: string[] = [];
  const names = new Set<string>();
  const sources = documents.flatMap(({ name, kind, ...settings }, index) => {
    const at = `sources.${index}`;
    if (names.has(name)) found.push(`${at}.name: there are two sources named '${name}'`);
    names.add(name);
    const source = sourceOfKind(kind);
    if (source === undefined) {
      found.push(`${at}.kind: there is no '${kind}'; there are ${SOURCES.map((one) => one.kind).join(', ')}`);
      return [];
    }
    const read = source.settings.safeParse(settings);
    if (read.success) return [{ name, source, settings: read.data }];
    found.push(...read.error.issues.map((issue) => `${[at, ...issue.path].join('.')}: ${issue.message}`));
    return [];
  });
  if (found.length > 0) throw problems(path, found);
  return sources;
}

function assertKnownScopes(path: string, release: Release | undefined, scopes: readonly Scope[]): void {
  const known = new Set(scopes.map(({ name }) => name));
  const found = (['scope', 'baseline'] as const).flatMap((field) => {
    const name = release?.[field];
    return name === undefined || known.has(name) ? [] : [`release.${field}: there is no scope '${name}'`];
  });
  if (found.length > 0) throw problems(path, found);
}

function storeOf(written: string | undefined, from: string, home: string): string {
  if (written === undefined) return `sqlite:${join(home, 'gatehouse.db')}`;
  if (/^postgres(ql)?:\/\//.test(written)) return written;
  if (written.startsWith('sqlite:')) return `sqlite:${resolve(from, written.slice('sqlite:'.length))}`;
  throw new GatehouseError('config-invalid', `store "${written}" is neither sqlite:PATH nor postgres://…`);
}

/** The scope of that name. Throws `config-invalid` saying which there are. */
export function scopeNamed(configuration: Configuration, name: string): Scope {
  const scope = configuration.scopes.find((one) => one.name === name);
  if (scope !== undefined) return scope;
  const known = configuration.scopes.map((one) => one.name).join(', ') || 'none; define it under scopes:';
  throw new GatehouseError('config-invalid', `there is no scope '${name}'; there are ${known}`);
}
