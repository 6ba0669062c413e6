/** `gatehouse.yaml` and the environment: read once, checked as a whole, every problem by its path. */
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { AttestationSettings } from '../attest/settings.ts';
import { GatehouseError, isGatehouseError } from '../domain/errors.ts';
import { INTELLIGENCE_KINDS } from '../domain/intelligence.ts';
import type { Policy } from '../domain/policy.ts';
import { Scope } from '../domain/scope.ts';
import type { Feed } from '../feeds/feed.ts';
import { FEEDS, feedOfKind } from '../feeds/registry.ts';
import { FeedSettings } from '../feeds/settings.ts';
import { ssvc } from '../feeds/ssvc/index.ts';
import type { AgeLimit } from '../flows/feeds.ts';
import { FormatMapping } from '../formats/mapped/mapping.ts';
import { readTextFile } from '../platform/text-file.ts';
import { withScopesWrittenOut } from '../policy/named-scopes.ts';
import { PolicyDocument, readPolicy } from '../policy/read-policy.ts';
import { isBuiltIn } from '../policy/ssvc.ts';
import { type AnySource, SOURCES, sourceOfKind } from '../sources/registry.ts';
import type { Io } from './command.ts';
import { keysAt } from './known-keys.ts';
import { didYouMean } from './nearest.ts';
import { policyNamed } from './policies.ts';
import { isReferenceConfig } from './reference/document.ts';
import { type Fault, type KeysAt, parseYaml, problems, toldIssues } from './yaml-file.ts';

export interface ConfiguredFeed {
  readonly name: string;
  readonly feed: Feed;
  readonly settings: FeedSettings;
}

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
  /** What the world says of vulnerabilities; no evidence of a release. */
  readonly feeds: readonly ConfiguredFeed[];
  /** How files are read that no scanner's format knows. */
  readonly formats: readonly FormatMapping[];
  readonly scopes: readonly Scope[];
  readonly policy: Policy;
  /** Files of waivers that count beside those of the policy. */
  readonly waiverFiles: readonly string[];
  /** What is judged when no release is named. */
  readonly release: Release | undefined;
  readonly releases: readonly Release[];
  readonly attestation: AttestationSettings;
}

const Named = z.looseObject({ name: z.string(), scope: z.string() }).partial().catch({});

/** A document of which parts may be wrong: what can be asked of it all the same. */
const Loose = z
  .looseObject({
    sources: z.array(z.unknown()).catch([]),
    formats: z.array(Named).catch([]),
    scopes: z.array(Named).catch([]),
    release: Named,
    releases: z.array(Named).catch([]),
  })
  .catch({ sources: [], formats: [], scopes: [], release: {}, releases: [] });

const NamedSource = z.looseObject({ name: z.string().min(1), kind: z.string().min(1) });

const Document = z.strictObject({
  store: z.string().min(1).optional(),
  sources: z.array(NamedSource).default([]),
  formats: z.array(FormatMapping).default([]),
  scopes: z.array(Scope).default([]),
  /** A preset or a file, or the policy itself; read apart, as it may call the scopes by name. */
  policy: z.unknown().optional(),
  waivers: z.array(z.string().min(1)).default([]),
  release: Release.optional(),
  releases: z.array(Release).default([]),
  attestation: AttestationSettings.prefault({}),
});

export const DEFAULT_FILE = 'gatehouse.yaml';

/** Throws `config-invalid` naming the file and every problem in it. */
export async function readConfiguration(io: Io, named?: string): Promise<Configuration> {
  const examined = await examineConfiguration(io, named);
  const { path, text, from, issues, keysAt: known, sourceNames: _, policy, ...others } = examined;
  if (issues.length > 0 || policy === undefined) throw problems(path, toldIssues(text ?? '', issues, known));
  return {
    ...others,
    file: text === undefined ? undefined : path,
    policy:
      typeof policy === 'string'
        ? await policyNamed(policy, { cwd: from }, readPolicy({}), others.scopes)
        : policy,
  };
}

/** The file as far as it can be understood, with every mistake in it: each part is read whatever is wrong with others. */
export interface ExaminedConfiguration extends Omit<Configuration, 'file' | 'policy'> {
  readonly path: string;
  /** Undefined: there is no file, and none was asked for. */
  readonly text: string | undefined;
  /** File names in it count from here. */
  readonly from: string;
  readonly issues: readonly Fault[];
  readonly keysAt: KeysAt;
  /** Of sources and feeds, as they stand in the file; '' for one without. */
  readonly sourceNames: readonly string[];
  /** A name where it is elsewhere; undefined: it cannot be read. */
  readonly policy: Policy | string | undefined;
}

/** Throws `config-invalid` only for a file that cannot be read at all. */
export async function examineConfiguration(io: Io, named?: string): Promise<ExaminedConfiguration> {
  const asked = named ?? io.env.GATEHOUSE_CONFIG;
  const path = resolve(io.cwd, asked ?? DEFAULT_FILE);
  const text = await readText(path, asked !== undefined);
  const home = resolve(io.cwd, io.env.GATEHOUSE_HOME ?? '.gatehouse');
  const from = text === undefined ? io.cwd : dirname(path);
  const written = parseYaml(path, text ?? '') ?? {};
  if (isReferenceConfig(written)) throw ofThePromotionScript(path);
  const read = Document.safeParse(written);
  const issues: Fault[] = [...(read.error?.issues ?? [])];
  const parts = read.data ?? readableParts(written);
  const policy = policyOf(written, issues);
  const loose = Loose.parse(written);
  const { sources, feeds } = sourcesOf(loose.sources, from, issues);
  issues.push(...twoOfOneName(loose), ...unknownScopes(loose), ...(await takenFormats(loose.formats)));
  const { release, releases, attestation, scopes, formats } = parts;
  const store = storeOf(io.env.GATEHOUSE_STORE ?? parts.store, from, home);
  return {
    path,
    text,
    from,
    issues,
    keysAt: (at) => keysInDocument(loose.sources, at),
    sourceNames: loose.sources.map((one) => Named.parse(one).name ?? ''),
    home,
    store,
    sources,
    feeds,
    formats,
    scopes,
    policy,
    waiverFiles: parts.waivers.map((file) => resolve(from, file)),
    release,
    releases,
    attestation,
  };
}

type Parts = Omit<z.output<typeof Document>, 'policy' | 'sources'>;

/** What is well in a document of which something else is not. */
function readableParts(written: unknown): Parts {
  const { store, formats, scopes, waivers, release, releases, attestation } = z
    .looseObject({})
    .catch({})
    .parse(written);
  const { shape } = Document;
  return {
    store: shape.store.safeParse(store).data,
    formats: eachReadable(formats, FormatMapping),
    scopes: eachReadable(scopes, Scope),
    waivers: eachReadable(waivers, z.string().min(1)),
    release: shape.release.safeParse(release).data,
    releases: eachReadable(releases, Release),
    attestation: shape.attestation.safeParse(attestation).data ?? AttestationSettings.parse({}),
  };
}

function eachReadable<T>(written: unknown, schema: z.ZodType<T>): T[] {
  if (!Array.isArray(written)) return [];
  return written.flatMap((one) => {
    const read = schema.safeParse(one);
    return read.success ? [read.data] : [];
  });
}

async function readText(path: string, isAsked: boolean): Promise<string | undefined> {
  try {
    return await readTextFile(path, { code: 'config-invalid' });
  } catch (error) {
    if (!isAsked && isGatehouseError(error) && error.facts.missing === true) return undefined;
    throw error;
  }
}

function ofThePromotionScript(path: string): GatehouseError {
  return new GatehouseError(
    'config-invalid',
    `${path} is a configuration of the promotion script: gatehouse gate -c FILE runs it as it is, ` +
      'gatehouse migrate FILE turns it into a gatehouse.yaml that every command reads',
  );
}

/** Of the policy and of sources, whose parts are read apart, too. */
function keysInDocument(sources: readonly unknown[], path: readonly PropertyKey[]): readonly string[] {
  const [part, index, ...others] = path;
  if (part === 'policy') return keysAt(PolicyDocument, path.slice(1));
  if (part !== 'sources' || index === undefined) return keysAt(Document, path);
  const named = NamedSource.safeParse(sources[Number(index)]);
  return keysAt(sourceOfKind(named.data?.kind ?? '')?.settings ?? FeedSettings, others);
}

function policyOf(written: unknown, issues: Fault[]): Policy | string | undefined {
  const { policy = {}, scopes } = z.looseObject({}).catch({}).parse(written);
  if (typeof policy === 'string' && policy !== '') return policy;
  const known = eachReadable(scopes, Scope);
  const read = PolicyDocument.safeParse(withScopesWrittenOut(policy, known));
  issues.push(...below(['policy'], read.error?.issues));
  return read.data;
}

function below(at: readonly PropertyKey[], issues: readonly Fault[] = []): readonly Fault[] {
  return issues.map((issue) => ({ ...issue, path: [...at, ...issue.path] }));
}

interface NamedSources {
  readonly sources: readonly ConfiguredSource[];
  readonly feeds: readonly ConfiguredFeed[];
}

/** Those whose name or kind is wrong are problems already. */
function sourcesOf(written: readonly unknown[], from: string, issues: Fault[]): NamedSources {
  const names = new Set<string>();
  const sources: ConfiguredSource[] = [];
  const feeds: ConfiguredFeed[] = [];
  for (const [index, document] of written.entries()) {
    const named = NamedSource.safeParse(document);
    if (!named.success) continue;
    const { name, kind, ...settings } = named.data;
    const at = ['sources', index];
    if (names.has(name))
      issues.push({ path: [...at, 'name'], message: `there are two sources named '${name}'` });
    names.add(name);
    const source = sourceOfKind(kind);
    const feed = feedOfKind(kind);
    const read = (source?.settings ?? FeedSettings).safeParse(settings);
    if (source === undefined && feed === undefined) {
      const known = [...SOURCES, ...FEEDS].map((one) => one.kind);
      issues.push({
        path: [...at, 'kind'],
        message: `there is no '${kind}'; there are ${known.join(', ')}${didYouMean(kind, known)}`,
      });
    } else if (!read.success) {
      issues.push(...below(at, read.error.issues));
    } else if (source !== undefined) sources.push({ name, source, settings: read.data });
    else if (feed !== undefined) {
      if (feed === ssvc && isBuiltIn(name)) issues.push(takenTable(at, name));
      const { file, ...others } = FeedSettings.parse(settings);
      if (others.maxAgeHours !== undefined && !INTELLIGENCE_KINDS.some((one) => one === kind))
        issues.push(ageless(at, kind));
      feeds.push({ name, feed, settings: { ...others, file: file && resolve(from, file) } });
    }
  }
  return { sources, feeds };
}

/** Advisories and tables hold until they are changed: to be ignored in silence would promise more than is kept. */
function ageless(at: readonly PropertyKey[], kind: string): Fault {
  const message = `what ${kind} says does not age; only ${INTELLIGENCE_KINDS.join(' and ')} have a maxAgeHours`;
  return { path: [...at, 'maxAgeHours'], message };
}

function takenTable(at: readonly PropertyKey[], name: string): Fault {
  const message = `the SSVC table '${name}' is built in: a policy could not tell the two apart; name the feed otherwise`;
  return { path: [...at, 'name'], message };
}

/** Of sources it is told where they are read. */
function twoOfOneName({ formats, scopes, releases }: z.output<typeof Loose>): readonly Fault[] {
  return Object.entries({ formats, scopes, releases }).flatMap(([part, all]) =>
    all.flatMap(({ name }, index) =>
      name === undefined || all.findIndex((one) => one.name === name) === index
        ? []
        : [{ path: [part, index, 'name'], message: `there are two ${part} named '${name}'` }],
    ),
  );
}

/** A name that a scanner's format has already would lead to either. */
async function takenFormats(written: z.output<typeof Loose>['formats']): Promise<readonly Fault[]> {
  if (written.length === 0) return [];
  const { formats } = await import('../formats/registry.ts');
  return written.flatMap(({ name }, index) =>
    formats.some(({ kind }) => kind === name)
      ? [{ path: ['formats', index, 'name'], message: `there is a format '${name}' already` }]
      : [],
  );
}

/** A baseline may be one that the store keeps, so only scopes of releases are known here. */
function unknownScopes({ release, releases, scopes }: z.output<typeof Loose>): readonly Fault[] {
  const known = scopes.flatMap(({ name }) => name ?? []);
  const named = [
    { at: ['release'], scope: release.scope },
    ...releases.map(({ scope }, index) => ({ at: ['releases', index], scope })),
  ];
  return named.flatMap(({ at, scope }) =>
    scope === undefined || known.includes(scope)
      ? []
      : [{ path: [...at, 'scope'], message: `there is no scope '${scope}'${didYouMean(scope, known)}` }],
  );
}

function storeOf(written: string | undefined, from: string, home: string): string {
  if (written === undefined) return `sqlite:${join(home, 'gatehouse.db')}`;
  if (/^postgres(ql)?:\/\//.test(written)) return written;
  if (written === 'sqlite:' || written.startsWith('sqlite::memory:')) {
    const why = 'a store without a file would forget everything at the end of the command';
    throw new GatehouseError(
      'config-invalid',
      `store "${written}": ${why}; name one, as in sqlite:gatehouse.db`,
    );
  }
  if (written.startsWith('sqlite:')) return `sqlite:${resolve(from, written.slice('sqlite:'.length))}`;
  // Only the beginning is shown: a password may follow.
  const begins = /^[a-z0-9+.-]{1,20}:/i.exec(written)?.[0];
  const how = begins === undefined ? 'names no kind' : `begins with ${begins}`;
  throw new GatehouseError('config-invalid', `the store ${how}; write sqlite:PATH or postgres://…`);
}

/** How old what the feeds bring may be when a release is judged by it. */
export function ageLimits({ feeds }: Pick<Configuration, 'feeds'>): readonly AgeLimit[] {
  return feeds.map(({ feed, settings }) => ({ kind: feed.kind, maxAgeHours: settings.maxAgeHours }));
}

/** The decision tables that `collect` brings. */
export function tableFeeds({ feeds }: Pick<Configuration, 'feeds'>): readonly string[] {
  return feeds.flatMap(({ name, feed }) => (feed === ssvc ? [name] : []));
}

/** The scope of that name. Throws `config-invalid` saying which there are. */
export function scopeNamed(configuration: Pick<Configuration, 'scopes'>, name: string): Scope {
  const scope = configuration.scopes.find((one) => one.name === name);
  if (scope !== undefined) return scope;
  const names = configuration.scopes.map((one) => one.name);
  const known = names.join(', ') || 'none; define it under scopes:';
  throw new GatehouseError(
    'config-invalid',
    `there is no scope '${name}'; there are ${known}${didYouMean(name, names)}`,
  );
}
