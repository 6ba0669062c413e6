/** The promotion script's file in our terms: sources, scopes, a release and a policy. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Policy } from '../../domain/policy.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Severity } from '../../domain/severity.ts';
import { readPolicy } from '../../policy/read-policy.ts';
import { sourceOfKind } from '../../sources/registry.ts';
import type { ConfiguredSource, Release } from '../configuration.ts';
import { problems } from '../yaml-file.ts';
import { type EnvironmentBlock, inLines, type ReferenceDocument, readReferenceDocument } from './document.ts';
import { policyOf, settle, waiversOf } from './rules.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ReferenceConfiguration {
  readonly mode: 'evaluate' | 'compare';
  /** The certification environment and, when comparing, the production environment. */
  readonly sources: readonly ConfiguredSource[];
  readonly scopes: readonly Scope[];
  readonly release: Release;
  readonly policy: Policy;
  /** Exactly so many calls at a time; undefined: the client finds what is served. */
  readonly maxWorkers: number | undefined;
  /** Where the sources look for their tokens: what was given, and the tokens that stand in the file. */
  readonly env: Environment;
  /** Host ids that an environment is narrowed to, by the name of its source; none where it is narrowed by zone. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** Severities for which a function in use is told and does not block. */
  readonly functionAllowed: readonly Severity[];
  /** Severities of which nothing counts as new. */
  readonly newExcluded: readonly Severity[];
  readonly excludedCves: readonly string[];
  /** What to know about the file itself, as sentences. */
  readonly warnings: readonly string[];
  /** The same for files about the same environments: one store belongs to it. */
  readonly digest: string;
}

export interface ReferenceContext {
  readonly env: Environment;
  /** As it is called in messages. */
  readonly file: string;
  /** What it was read from, where lines are to be told. */
  readonly text?: string | undefined;
}

/** The script accepted a CVE for good. This says that nobody set an end, and every verdict warns of it. */
const NO_END = '9999-12-31';

/** Throws `config-invalid` naming every problem of the file, a variable that is not set among them. */
export function fromReference(
  document: unknown,
  { env, file, text }: ReferenceContext,
): ReferenceConfiguration {
  const read = readReferenceDocument(document, file, text);
  const blocks = blocksOf(read).map((block) => ({ ...block, ...resolved(block.written, env) }));
  const found = blocks.flatMap(({ key, faults }) => faults.map((fault) => `${key}.${fault}`));
  const made = blocks.map(({ name, key, url, written }) => sourceOf(name, key, url, written));
  found.push(...made.flatMap(({ faults }) => faults));
  if (found.length > 0) throw problems(file, inLines(found, text ?? ''));
  const settled = settle(read.assessment_rules);
  const waivers = waiversOf(settled, {
    by: `excluded_cves in ${basename(file)}`,
    reason: 'the file gives no reason and no end',
    until: NO_END,
  });
  const [scope, baseline] = blocks.map(({ name }) => ({ name, sources: [name] }));
  return {
    mode: read.mode,
    sources: made.flatMap(({ source }) => source ?? []),
    scopes: [scope, baseline].filter((one) => one !== undefined),
    release: { name: basename(file).replace(/\.ya?ml$/i, ''), scope: scope?.name, baseline: baseline?.name },
    policy: readPolicy(policyOf(settled, read.mode, waivers), file),
    maxWorkers: read.max_workers ?? undefined,
    env: { ...env, ...Object.fromEntries(blocks.map(({ key, token }) => [variableOf(key), token])) },
    hosts: new Map(
      blocks.map(({ name, written }) => [
        name,
        written.scope_mode === 'host_list' ? (written.hosts ?? []) : [],
      ]),
    ),
    functionAllowed: settled.functionAllowed.filter((one) => !settled.functionExcluded.includes(one)),
    newExcluded: settled.newExcluded,
    excludedCves: settled.excludedCves,
    warnings: [
      ...blocks.filter(({ isLiteral }) => isLiteral).map(({ key }) => literalToken(key)),
      ...(settled.excludedCves.length === 0 ? [] : [endlessWaivers(settled.excludedCves.length)]),
    ],
    digest: createHash('sha256')
      .update(JSON.stringify(made.map(({ source }) => source?.settings)))
      .digest('hex')
      .slice(0, 16),
  };
}

interface Block {
  /** Of the source and of the scope. */
  readonly name: 'certification' | 'production';
  readonly key: 'certification_environment' | 'production_environment';
  readonly written: EnvironmentBlock;
}

/** An environment that the mode does not use is not asked for its token. */
export function blocksOf({
  mode,
  certification_environment,
  production_environment,
}: ReferenceDocument): readonly Block[] {
  const certification: Block = {
    name: 'certification',
    key: 'certification_environment',
    written: certification_environment,
  };
  if (mode === 'evaluate' || !production_environment) return [certification];
  return [
    certification,
    { name: 'production', key: 'production_environment', written: production_environment },
  ];
}

interface Resolved {
  readonly url: string;
  readonly token: string;
  /** The token itself stands in the file. */
  readonly isLiteral: boolean;
  readonly faults: readonly string[];
}

const PLACEHOLDER = /\$\{([^}]*)\}/g;

function resolved({ url, token }: EnvironmentBlock, env: Environment): Resolved {
  const faults: string[] = [];
  const fill = (key: string, written: string): string =>
    written.replace(PLACEHOLDER, (_, name: string) => {
      const value = env[name]?.trim();
      if (!value) faults.push(`${key}: the environment variable ${name} is not set or empty; set it`);
      return value ?? '';
    });
  return { url: fill('url', url), token: fill('token', token), isLiteral: !/\$\{/.test(token), faults };
}

/** Where a source finds its token; the settings never hold it. */
function variableOf(key: Block['key']): string {
  return `token of ${key}`;
}

/** The source, or what is wrong with its settings; an address that carries a password is one of these. */
export function sourceOf(
  name: Block['name'],
  key: Block['key'],
  url: string,
  written: EnvironmentBlock,
): { readonly source?: ConfiguredSource; readonly faults: readonly string[] } {
  const source = sourceOfKind('dynatrace');
  if (source === undefined) throw new TypeError('there is no source of the kind dynatrace');
  const read = source.settings.safeParse(settingsOf(url, { env: variableOf(key) }, written));
  if (read.success) return { source: { name, source, settings: read.data }, faults: [] };
  // A placeholder without its value has been told already.
  if (url === '') return { faults: [] };
  return { faults: read.error.issues.map(({ path, message }) => `${[key, ...path].join('.')}: ${message}`) };
}

/** Settings of a Dynatrace source, as `gatehouse.yaml` has them. */
export function settingsOf(
  url: string,
  token: { readonly env: string },
  { verify_ssl, scope_mode, management_zones, hosts }: EnvironmentBlock,
): Readonly<Record<string, unknown>> {
  return {
    url,
    token,
    scope:
      scope_mode === 'host_list'
        ? { hosts: [...new Set(hosts ?? [])] }
        : { zones: [...new Set(management_zones ?? [])] },
    ...(verify_ssl === false ? { tls: { verify: false } } : {}),
    // The script called whatever address it was given; only the vendor's own is sure to be public.
    ...(isVendorHosted(url) ? {} : { allowPrivate: true }),
  };
}

function isVendorHosted(url: string): boolean {
  return /\.dynatrace(labs)?\.com$/i.test(URL.parse(url)?.hostname ?? '');
}

function literalToken(key: string): string {
  return `${key}.token stands in the file for all to read; put it into an environment variable and write \${NAME}`;
}

function endlessWaivers(count: number): string {
  const what = count === 1 ? 'one CVE is' : `${count} CVEs are`;
  return `${what} accepted by excluded_cves without owner, reason or end; gatehouse migrate makes waivers of them`;
}
