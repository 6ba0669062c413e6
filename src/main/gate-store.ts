/** A verdict from what the store holds: decided, compared with the one before, and kept. */
import { GatehouseError } from '../domain/errors.ts';
import { Instant } from '../domain/instant.ts';
import { EVERYTHING, type Scope } from '../domain/scope.ts';
import type { ReleaseSubject, Verdict } from '../domain/verdict.ts';
import { askStore, type GateJob } from '../flows/gate.ts';
import { keepVerdict } from '../flows/kept-verdicts.ts';
import { baselineAt } from '../flows/past-baseline.ts';
import { decisionOf } from '../flows/replay.ts';
import { vexFromTriage } from '../flows/triage.ts';
import { changesSince, keepBaseline, keptBaseline } from '../flows/verdict-history.ts';
import { vexFromDocuments } from '../flows/vex.ts';
import { waiversInForce } from '../flows/waivers.ts';
import { type DecideInput, decide } from '../policy/decide.ts';
import { toPlainLine } from '../reports/plain-text.ts';
import type { Store, StoreReader } from '../store/store.ts';
import type { Io } from './command.ts';
import {
  ageLimits,
  type Configuration,
  type Release,
  readConfiguration,
  scopeNamed,
} from './configuration.ts';
import { type OverrideOptions, withOverride } from './gate-override.ts';
import { durationOf, pastMoment } from './moments.ts';
import { didYouMean } from './nearest.ts';
import { policyNamed } from './policies.ts';
import { remark } from './progress.ts';
import { withStoreToAsk } from './stores.ts';
import { version } from './version.ts';
import { waiversInFiles } from './waiver-files.ts';

export interface StoreGateOptions extends OverrideOptions {
  readonly policy?: string;
  readonly scope?: string;
  readonly baseline?: string;
  readonly saveBaseline?: string;
  readonly release?: string;
  readonly waivers?: readonly string[];
  readonly config?: string;
}

export interface Decided {
  readonly input: DecideInput;
  readonly verdict: Verdict;
}

export async function decideFromStore(
  options: StoreGateOptions,
  subject: ReleaseSubject | undefined,
  io: Io,
): Promise<Decided> {
  const configuration = await readConfiguration(io, options.config);
  const release = releaseNamed(configuration, options.release, options.scope);
  refuseBaselineName(configuration, options.saveBaseline);
  const scopeName = options.scope ?? release?.scope;
  const scope = scopeName === undefined ? EVERYTHING : scopeNamed(configuration, scopeName);
  const baseline = options.baseline ?? release?.baseline;
  if (baseline === scope.name) remark(io, `${baseline} is compared with itself: nothing can be new or worse`);
  const policy = await policyNamed(options.policy, io, configuration.policy, configuration.scopes);
  const inFiles = await waiversInFiles(configuration, options.waivers, io);
  return await withStoreToAsk(configuration.store, async (store) => {
    const now = io.now().getTime();
    const [granted, triaged, documented] = await Promise.all([
      waiversInForce(store.reader, now, [...policy.waivers, ...inFiles]),
      vexFromTriage(store.reader, now),
      vexFromDocuments(store.reader, now),
    ]);
    const input = await askStore(store.reader, {
      release: options.release ?? release?.name ?? scope.name,
      policy,
      scope,
      ...(await baselineOf(store.reader, configuration, scope, baseline, now)),
      required: release?.required,
      expected: configuration.sources.map(({ name }) => name),
      feeds: ageLimits(configuration),
      waivers: [...inFiles, ...granted],
      vex: [...triaged, ...documented],
      now,
    });
    return { input, verdict: await conclude(store, input, subject, options, io) };
  });
}

async function conclude(
  store: Store,
  input: DecideInput,
  subject: ReleaseSubject | undefined,
  options: StoreGateOptions,
  io: Io,
): Promise<Verdict> {
  const decided = decide(input);
  const decision = decisionOf(input, decided, version);
  const changes = await changesSince(store.reader, decided, decision.policy);
  const verdict = withOverride({ ...decided, subject, changes }, input.policy, options, io);
  await keepVerdict(store.writer, { verdict, decision, recordedAt: io.now().getTime() });
  if (options.saveBaseline !== undefined) {
    const count = await keepBaseline(store, options.saveBaseline, input);
    remark(io, `baseline ${options.saveBaseline}: ${count} open findings kept`);
  }
  return verdict;
}

/**
 * One that the configuration describes; another name for the only one that it describes; else merely a name. Throws
 * `input-invalid` for a name that leaves open which of several is meant.
 */
function releaseNamed(
  { release, releases }: Configuration,
  name: string | undefined,
  scope: string | undefined,
): Release | undefined {
  if (name === undefined) return release;
  const found = releases.find((one) => one.name === name);
  if (found !== undefined || releases.length === 0) return found ?? release;
  if (release?.name === name) return release;
  if (scope !== undefined) return undefined;
  const names = [...releases, ...(release === undefined ? [] : [release])].map((one) => one.name);
  throw new GatehouseError(
    'input-invalid',
    `there is no release '${name}' in the configuration, only ${names.join(', ')}${didYouMean(name, names)}; for a name of its own give --scope, too`,
  );
}

/** Throws `input-invalid` for a name by which the baseline could not be found again. */
function refuseBaselineName({ scopes }: Configuration, name: string | undefined): void {
  if (name === undefined) return;
  const why = unusable(name, scopes);
  if (why !== undefined)
    throw new GatehouseError('input-invalid', `--save-baseline '${toPlainLine(name)}': ${why}`);
}

function unusable(name: string, scopes: readonly Scope[]): string | undefined {
  if (name.trim() === '' || name !== name.trim() || toPlainLine(name) !== name || name.length > 200)
    return 'give a name of one line, without spaces around it, of 200 characters at most';
  if (scopes.some((scope) => scope.name === name))
    return 'a scope is called so, and would be found in its place';
  if (durationOf(name) !== undefined || Instant.safeParse(name).success)
    return 'it reads as a moment, and would be found in its place';
  return undefined;
}

/** A scope of that name, else a baseline that was kept under it, else the release's own scope at that moment. */
async function baselineOf(
  reader: StoreReader,
  configuration: Configuration,
  released: Scope,
  name: string | undefined,
  now: number,
): Promise<Pick<GateJob, 'baselineScope' | 'baseline'>> {
  if (name === undefined) return {};
  const scope: Scope | undefined = configuration.scopes.find((one) => one.name === name);
  if (scope !== undefined) return { baselineScope: scope };
  const baseline = await keptBaseline(reader, name);
  if (baseline !== undefined) return { baseline };
  const at = pastMoment(name, now);
  if (at !== undefined) return { baseline: await baselineAt(reader, released, at) };
  const scopes = configuration.scopes.map((one) => one.name);
  const kept = (await reader.baselines()).map((one) => one.name);
  throw new GatehouseError(
    'config-invalid',
    `there is no scope and no kept baseline '${name}', and it is no moment such as 2026-05-01 or 30d; scopes: ${scopes.join(', ') || 'none'}; ` +
      `baselines: ${kept.join(', ') || 'none, gate --save-baseline NAME keeps one'}`,
  );
}
