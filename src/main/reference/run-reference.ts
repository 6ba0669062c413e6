/** The promotion script, whole: its file unchanged in, its report, log, banner and exit code out. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GatehouseError } from '../../domain/errors.ts';
import { askStore } from '../../flows/gate.ts';
import type { Log } from '../../platform/log.ts';
import { decide } from '../../policy/decide.ts';
import { exitCodeOf } from '../../policy/exit-code.ts';
import type { ReferenceAssessment } from '../../reports/reference/assessment.ts';
import { toErrorBanner, toReferenceConsole } from '../../reports/reference/console.ts';
import { toReferenceCsv } from '../../reports/reference/csv.ts';
import { toReferenceJson } from '../../reports/reference/json.ts';
import type { Store } from '../../store/store.ts';
import type { ExitCode, Io } from '../command.ts';
import { refuseUnwritable, saveOutput } from '../output-file.ts';
import { withStoreToAsk } from '../stores.ts';
import { assessmentOf } from './assess.ts';
import { collectEnvironments } from './collect-environments.ts';
import { fromReference, type ReferenceConfiguration } from './reference-configuration.ts';
import { readReferenceFile } from './reference-file.ts';
import { openRunLog } from './run-log.ts';

/** The script's own options. Those of `gate` that it did not have are refused: they need the new form of the file. */
export interface ReferenceOptions {
  readonly config: string;
  readonly output?: string | undefined;
  /** `json` or `csv`; the script writes a report always, so `terminal` and nothing mean json. */
  readonly format?: string | undefined;
  readonly machineReadable?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

const WRITERS: ReadonlyMap<string, (assessment: ReferenceAssessment) => string> = new Map([
  ['json', toReferenceJson],
  ['csv', toReferenceCsv],
]);

/**
 * Throws what is no verdict: a file with mistakes in it, a report that cannot be written. What an environment does not
 * tell is UNDECIDED.
 */
export async function runReference(options: ReferenceOptions, io: Io): Promise<ExitCode> {
  const log = openRunLog(io, options.verbose === true);
  try {
    return await assess(options, log, io);
  } catch (error) {
    log.error('no decision', { error });
    // The caller says ERROR where a machine reads.
    if (options.machineReadable !== true) io.stdout.write(toErrorBanner(io.hasColour));
    throw error;
  }
}

async function assess(options: ReferenceOptions, log: Log, io: Io): Promise<ExitCode> {
  refuseOthers(options);
  const format =
    options.format === undefined || options.format === 'terminal' ? 'json' : options.format.toLowerCase();
  const render = WRITERS.get(format);
  if (render === undefined) {
    throw new GatehouseError(
      'input-invalid',
      `there is no report format '${format}' ${INSTEAD}; there are json and csv`,
    );
  }
  const isQuiet = options.machineReadable === true;
  const { document, path, text } = await readReferenceFile(options.config, io);
  const report = options.output ?? reportName(io.now(), format);
  await refuseUnwritable([report], io);
  const configuration = fromReference(document, { env: io.env, file: path, text });
  log.info('configuration read', { file: path, mode: configuration.mode });
  for (const warning of configuration.warnings) log.warn(warning);
  const assessment = await withOwnStore(configuration, io, async (store) => {
    await collectEnvironments({ store, configuration, log, io, isQuiet });
    return await judge(store, configuration, io);
  });
  const { verdict } = assessment;
  await saveOutput(report, render(assessment), io).catch((cause) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatehouseError('input-invalid', `the verdict is ${verdict.verdict}, but ${why}`, { cause });
  });
  const exitCode = exitCodeOf(verdict);
  log.info('decided', { decision: verdict.verdict, exitCode, report });
  if (isQuiet) io.stdout.write(`${verdict.verdict}\n`);
  else io.stdout.write(`${toReferenceConsole(assessment, io.hasColour)}\nReport: ${report}\n`);
  return exitCode;
}

const OWN = new Set(['config', 'output', 'format', 'machineReadable', 'verbose']);
const INSTEAD =
  'with a file of the promotion script, which gatehouse migrate turns into one that takes them all';

/** Never silently left undone. */
function refuseOthers(options: ReferenceOptions): void {
  const others = Object.entries(options)
    .filter(([name, value]) => value !== undefined && !OWN.has(name))
    .map(([name]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (others.length === 0) return;
  throw new GatehouseError('input-invalid', `${others.join(', ')}: not possible ${INSTEAD}`);
}

/** One for each set of environments and scopes: what is known of others cannot mix in, and what is known is not read again. */
async function withOwnStore<T>(
  { digest }: ReferenceConfiguration,
  io: Io,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const folder = join(resolve(io.cwd, io.env.GATEHOUSE_HOME ?? '.gatehouse'), 'promotion');
  await mkdir(folder, { recursive: true }).catch((cause) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatehouseError('store-unavailable', `${folder} cannot be made: ${why}; set GATEHOUSE_HOME`, {
      cause,
    });
  });
  return await withStoreToAsk(`sqlite:${join(folder, `${digest}.db`)}`, work);
}

async function judge(
  store: Store,
  configuration: ReferenceConfiguration,
  io: Io,
): Promise<ReferenceAssessment> {
  const [scope, baselineScope] = configuration.scopes;
  if (scope === undefined) throw new TypeError('there is always a certification environment');
  const input = await askStore(store.reader, {
    release: configuration.release.name,
    policy: configuration.policy,
    scope,
    baselineScope,
    now: io.now().getTime(),
  });
  return await assessmentOf(store.reader, configuration, decide(input), scope, baselineScope);
}

/** `report_20260601_120000.json`, UTC. */
function reportName(now: Date, format: string): string {
  const [date = '', time = ''] = now.toISOString().split('T');
  return `report_${date.replaceAll('-', '')}_${time.slice(0, 8).replaceAll(':', '')}.${format}`;
}
