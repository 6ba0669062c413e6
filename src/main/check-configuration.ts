/** A configuration and all that it refers to, with everything that is wrong or doubtful at once. */
import { access, constants } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { isGatehouseError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { tableFaults } from '../policy/policy-tables.ts';
import { readPolicy } from '../policy/read-policy.ts';
import type { Io } from './command.ts';
import { type ExaminedConfiguration, examineConfiguration, tableFeeds } from './configuration.ts';
import { pastMoment } from './moments.ts';
import { didYouMean } from './nearest.ts';
import { policyNamed } from './policies.ts';
import { waiversInFile } from './waiver-files.ts';
import { type Fault, FileProblems, type Problem, toldIssues } from './yaml-file.ts';

/** A problem stops every command that reads the file; a warning may be meant so, or matter only elsewhere. */
export interface ConfigurationPoint extends Problem {
  readonly kind: 'problem' | 'warning';
  /** As a person would name it from where they are. */
  readonly file: string;
}

export interface CheckedConfiguration {
  /** Undefined: it cannot be read at all. */
  readonly examined: ExaminedConfiguration | undefined;
  readonly points: readonly ConfigurationPoint[];
  /** Undefined: it cannot be read. */
  readonly policy: Policy | undefined;
  /** How many waivers its files have. */
  readonly waivers: number;
}

/** Never throws for what is in the files. */
export async function checkConfiguration(io: Io, named?: string): Promise<CheckedConfiguration> {
  const points: ConfigurationPoint[] = [];
  const name = named ?? io.env.GATEHOUSE_CONFIG ?? 'gatehouse.yaml';
  const examined = await noting(points, io, name, () => examineConfiguration(io, named));
  if (examined === undefined) return { examined, points, policy: undefined, waivers: 0 };
  const { path, text = '', policy: written, from, scopes } = examined;
  const add = (kind: ConfigurationPoint['kind'], issues: readonly Fault[]): void => {
    for (const problem of toldIssues(text, issues, examined.keysAt))
      points.push({ ...problem, kind, file: shortName(path, io) });
  };
  add('problem', examined.issues);
  const policy =
    typeof written === 'string'
      ? await noting(points, io, name, () => policyNamed(written, { cwd: from }, readPolicy({}), scopes))
      : written;
  points.push(...tablesNotThere(policy, examined, io));
  const waivers = await waiversOf(examined, points, io);
  add('warning', [...namesNotConfigured(examined, io), ...(await missingSecrets(examined, io))]);
  add('warning', passwordInStore(examined));
  return { examined, points, policy, waivers };
}

/** Undefined when it fails for what is in a file, which is then noted. */
async function noting<T>(
  points: ConfigurationPoint[],
  io: Io,
  name: string,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    const found =
      error instanceof FileProblems ? error.found : [{ path: '', line: undefined, message: error.message }];
    const file = error instanceof FileProblems ? shortName(error.file, io) : name;
    points.push(...found.map((problem) => ({ ...problem, kind: 'problem' as const, file })));
    return undefined;
  }
}

/** Stops no command: the gate is UNDECIDED by such a table, and says so. */
function tablesNotThere(
  policy: Policy | undefined,
  examined: ExaminedConfiguration,
  io: Io,
): readonly ConfigurationPoint[] {
  if (policy === undefined) return [];
  const { policy: written, path, text = '', from, keysAt } = examined;
  const faults = tableFaults(policy, tableFeeds(examined));
  if (typeof written === 'string') {
    const file = shortName(resolve(from, written), io);
    return faults.map((fault) => ({
      kind: 'problem',
      file,
      path: fault.path.join('.'),
      line: undefined,
      message: fault.message,
    }));
  }
  const told = toldIssues(
    text,
    faults.map((fault) => ({ ...fault, path: ['policy', ...fault.path] })),
    keysAt,
  );
  return told.map((problem) => ({ ...problem, kind: 'problem', file: shortName(path, io) }));
}

async function waiversOf(
  { waiverFiles, scopes, path }: ExaminedConfiguration,
  points: ConfigurationPoint[],
  io: Io,
): Promise<number> {
  const fileOf = new Map<string, string>();
  for (const file of new Set(waiverFiles)) {
    const waivers = await noting(points, io, shortName(path, io), () => waiversInFile(file, scopes));
    for (const { id } of waivers ?? []) {
      const other = fileOf.get(id);
      const here = shortName(file, io);
      if (other !== undefined)
        points.push({
          kind: 'problem',
          file: here,
          path: '',
          line: undefined,
          message: `there is a waiver '${id}' in ${other}, too`,
        });
      fileOf.set(id, here);
    }
  }
  return fileOf.size;
}

/** Scans bring names of sources with them, and the store keeps baselines: what is not configured may be one of those. */
function namesNotConfigured(examined: ExaminedConfiguration, io: Io): readonly Fault[] {
  const { sourceNames: known, scopes, release, releases } = examined;
  const scopeNames = scopes.map(({ name }) => name);
  const ofSources = (path: readonly PropertyKey[], names: readonly string[] = []): readonly Fault[] =>
    names.flatMap((name, index) =>
      known.includes(name)
        ? []
        : [
            {
              path: [...path, index],
              message: `no source '${name}' is configured; a scan of that name would do${didYouMean(name, known)}`,
            },
          ],
    );
  const ofRelease = (path: readonly PropertyKey[], one: typeof release): readonly Fault[] => {
    if (one === undefined) return [];
    const { baseline, required } = one;
    const isKnown =
      baseline === undefined || scopeNames.includes(baseline) || isMoment(baseline, io.now().getTime());
    const message = `'${baseline}' is no scope; a baseline that the store keeps would do${didYouMean(baseline ?? '', scopeNames)}`;
    return [
      ...(isKnown ? [] : [{ path: [...path, 'baseline'], message }]),
      ...ofSources([...path, 'required'], required),
    ];
  };
  return [
    ...scopes.flatMap((scope, index) => ofSources(['scopes', index, 'sources'], scope.sources)),
    ...ofRelease(['release'], release),
    ...releases.flatMap((one, index) => ofRelease(['releases', index], one)),
  ];
}

function isMoment(text: string, now: number): boolean {
  try {
    return pastMoment(text, now) !== undefined;
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return false;
  }
}

/** Variables that are not set and files that are not there: they may be where the configuration is used. */
async function missingSecrets(examined: ExaminedConfiguration, io: Io): Promise<readonly Fault[]> {
  const { sources, feeds, sourceNames, attestation, path } = examined;
  const missing = [...sources, ...feeds].map(async ({ name, settings }) =>
    below(['sources', sourceNames.indexOf(name)], await missingIn(settings, io.cwd, io)),
  );
  const ofKeys = below(['attestation'], await missingIn(attestation, dirname(path), io));
  return [...(await Promise.all(missing)).flat(), ...ofKeys];
}

/** What settings refer to and is not there: variables of the environment, and files counted from the folder. */
export async function missingIn(
  settings: unknown,
  folder: string,
  { env }: Pick<Io, 'env'>,
): Promise<readonly Fault[]> {
  const issues: Fault[] = [];
  for (const { path, variable, file } of referencesIn(settings, [], folder)) {
    if (variable !== undefined && !env[variable]?.trim())
      issues.push({ path, message: `the environment variable ${variable} is not set` });
    if (file !== undefined && !(await isReadable(file)))
      issues.push({ path, message: `the file ${file} is not there, or cannot be read` });
  }
  return issues;
}

function below(at: readonly PropertyKey[], issues: readonly Fault[]): readonly Fault[] {
  return issues.map((issue) => ({ ...issue, path: [...at, ...issue.path] }));
}

interface Reference {
  readonly path: readonly PropertyKey[];
  readonly variable?: string;
  readonly file?: string;
}

/** `{ env: NAME }`, `{ file: PATH }` and `caFile: PATH`, however deep. */
function referencesIn(value: unknown, path: readonly PropertyKey[], folder: string): readonly Reference[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): readonly Reference[] => {
    const at = [...path, key];
    if (typeof inner !== 'string') return referencesIn(inner, at, folder);
    if (key === 'env') return [{ path: at, variable: inner }];
    return key === 'file' || /File$/.test(key) ? [{ path: at, file: resolve(folder, inner) }] : [];
  });
}

export async function isReadable(file: string): Promise<boolean> {
  return await access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

function passwordInStore({ store, text = '' }: ExaminedConfiguration): readonly Fault[] {
  const password = URL.parse(store)?.password ?? '';
  if (password === '' || !text.includes(password)) return [];
  return [
    { path: ['store'], message: 'a password stands in the file; GATEHOUSE_STORE can hold the address' },
  ];
}

/** From the folder we are in, where it lies below; else whole. */
function shortName(file: string, { cwd }: Pick<Io, 'cwd'>): string {
  const name = relative(cwd, file);
  return name.startsWith('..') ? file : name;
}
