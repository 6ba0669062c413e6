import type { Policy } from '../../domain/policy.ts';
import type { ReleaseSubject } from '../../domain/verdict.ts';
import type { ScanOptions } from '../../flows/read-scan.ts';
import { REPORTS } from '../../reports/registry.ts';
import type { CommandModule, ExitCode, Io } from '../command.ts';
import type { Decided } from '../gate-store.ts';

const KINDS = REPORTS.map(({ kind }) => kind).join(', ');

interface GateOptions {
  readonly policy?: string;
  readonly scope?: string;
  readonly baseline?: string;
  readonly saveBaseline?: string;
  readonly release?: string;
  readonly waivers?: readonly string[];
  readonly scan?: readonly string[];
  readonly scanFormat?: string;
  readonly asset?: string;
  readonly format: string;
  readonly json?: true;
  readonly output?: string;
  readonly report?: readonly string[];
  readonly announce?: string;
  readonly subject?: readonly string[];
  readonly attestation?: string;
  readonly bundle?: string;
  readonly key?: string;
  readonly overrideBy?: string;
  readonly overrideReason?: string;
  readonly overrideUntil?: string;
  readonly verbose?: true;
  readonly machineReadable?: true;
  readonly explain?: true;
  readonly config?: string;
}

function again(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

export const command: CommandModule<GateOptions> = {
  name: 'gate',
  summary: 'decide GO, NO-GO or UNDECIDED for a release (exit 0, 1 or 3; 2 is an error)',
  examples: [
    { line: 'gatehouse gate', does: 'the release of gatehouse.yaml, from what the store holds' },
    {
      line: 'gatehouse gate --scope certification --baseline production',
      does: 'compared with what runs already',
    },
    {
      line: 'gatehouse gate --scan trivy.json codeql.sarif',
      does: 'from these files alone, without store or configuration',
    },
    {
      line: 'gatehouse gate -m --format json --output verdict.json',
      does: 'one word for the pipeline, the report beside it',
    },
  ],
  define: (command) => {
    command
      .option('--policy <policy>', 'a preset (strict, balanced, development, pre-production) or a file')
      .option('--scope <scope>', 'what is to ship: a scope of the configuration')
      .option(
        '--baseline <name>',
        'what it is compared with: a scope, a baseline that was kept, or a moment: 2026-05-01, 30d',
      )
      .option('--save-baseline <name>', 'keep what is open in the scope, to compare with later')
      .option('--release <name>', 'a release of the configuration, or how it is called in the verdict')
      .option('--waivers <file...>', 'waivers of these files count, too')
      .option('--scan <file...>', 'judge these scans alone, in memory; - is standard input')
      .option(
        '--scan-format <format>',
        'the format of the scans, when it cannot be detected; also one of the configuration',
      )
      .option('--asset <name>', 'what the scans are about')
      .option('-f, --format <format>', `the report: ${KINDS}`, 'terminal')
      .option('--json', 'the report as JSON: --format json')
      .option('-o, --output <file>', 'write the report there instead of to standard output')
      .option('--report <format=file...>', 'further reports, e.g. sarif=verdict.sarif junit=verdict.xml')
      .option(
        '--announce <host>',
        'tell it on the change itself: github, gitlab, or auto in a pipeline of either',
      )
      .option(
        '--subject <name@digest>',
        'what is shipped, by content: registry/app@sha256:…; again for more',
        again,
      )
      .option('--attestation <file>', 'sign the verdict about the subjects: a DSSE envelope')
      .option('--key <reference>', 'what to sign with: file:PATH or env:NAME; that of the configuration')
      .option('--bundle <file>', 'what the verdict was decided from, for replay')
      .option('--override-by <name>', 'open the gate whatever the verdict; the policy names who may')
      .option('--override-reason <text>', 'why')
      .option('--override-until <time>', 'until when')
      .option('-v, --verbose', "with the promotion script's configuration: its log on the console, too")
      .option('-m, --machine-readable', 'print one word: GO, NO-GO, UNDECIDED or ERROR')
      .option('--explain', 'also what every rule asked')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml');
  },
  refused(words, io) {
    if (words.some((word) => /^(--machine-readable|-[a-z]*m[a-z]*)$/.test(word))) io.stdout.write('ERROR\n');
  },
  async run(options, io) {
    try {
      return await judge(options, io);
    } catch (error) {
      if (options.machineReadable === true) io.stdout.write('ERROR\n');
      throw error;
    }
  },
};

async function judge(given: GateOptions, io: Io): Promise<ExitCode> {
  const options = { ...given, format: await formatOf(given) };
  const named = options.scan === undefined ? (options.config ?? io.env.GATEHOUSE_CONFIG) : undefined;
  if (named !== undefined) {
    const { isReferenceFile } = await import('../reference/reference-file.ts');
    if (await isReferenceFile(named, io)) {
      const { runReference } = await import('../reference/run-reference.ts');
      return await runReference({ ...options, config: named }, io);
    }
  }
  const [{ outputsOf }, { exitCodeOf }] = await Promise.all([
    import('../gate-outputs.ts'),
    import('../../policy/exit-code.ts'),
  ]);
  const outputs = await outputsOf(options, io);
  const { input, verdict } =
    options.scan === undefined
      ? await fromStore(options, outputs.subject, io)
      : await fromScans(options, options.scan, outputs.subject, io);
  await outputs.write(verdict, input);
  return exitCodeOf(verdict);
}

async function formatOf({ format, json }: GateOptions): Promise<string> {
  if (json !== true || format === 'json') return format;
  if (format === 'terminal') return 'json';
  const { GatehouseError } = await import('../../domain/errors.ts');
  throw new GatehouseError('input-invalid', `give --json or --format ${format}, not both`);
}

async function fromStore(
  options: GateOptions,
  subject: ReleaseSubject | undefined,
  io: Io,
): Promise<Decided> {
  const { decideFromStore } = await import('../gate-store.ts');
  return await decideFromStore(options, subject, io);
}

/** The formats of the configuration, where a scan may be of one of them. */
async function mappingsFor({ scanFormat, config }: GateOptions, io: Io): Promise<ScanOptions['mappings']> {
  const { formats } = await import('../../formats/registry.ts');
  if (formats.some(({ kind }) => kind === scanFormat)) return [];
  const { checkFormatName, configuredFormats } = await import('../scan-formats.ts');
  const mappings = await configuredFormats(io, config);
  checkFormatName('--scan-format', scanFormat, mappings);
  return mappings;
}

async function refuseStoreOptions({ scope, baseline, saveBaseline }: GateOptions): Promise<void> {
  const given = Object.entries({ '--scope': scope, '--baseline': baseline, '--save-baseline': saveBaseline })
    .filter(([, value]) => value !== undefined)
    .map(([option]) => option);
  if (given.length === 0) return;
  const { GatehouseError } = await import('../../domain/errors.ts');
  throw new GatehouseError(
    'input-invalid',
    `${given.join(' and ')} cannot count with --scan, which judges the files whole and alone; import them, and gate without --scan`,
  );
}

/** Of the configuration only the policy counts, and only where one is named. */
async function policyFor({ policy, config }: GateOptions, io: Io): Promise<Policy> {
  const [{ policyNamed }, { readPolicy }] = await Promise.all([
    import('../policies.ts'),
    import('../../policy/read-policy.ts'),
  ]);
  if (config === undefined) return await policyNamed(policy, io, readPolicy({}));
  const { readConfiguration } = await import('../configuration.ts');
  const configured = await readConfiguration(io, config);
  return await policyNamed(policy, io, configured.policy, configured.scopes);
}

async function fromScans(
  options: GateOptions,
  files: readonly string[],
  subject: ReleaseSubject | undefined,
  io: Io,
): Promise<Decided> {
  await refuseStoreOptions(options);
  const [{ askScans }, { readableFile }, { parseAsset }, { resolve }, policy] = await Promise.all([
    import('../../flows/gate.ts'),
    import('../../platform/spooled-file.ts'),
    import('../assets.ts'),
    import('node:path'),
    policyFor(options, io),
  ]);
  await using opened = new AsyncDisposableStack();
  const scans = [];
  for (const name of files) {
    const file = opened.use(await readableFile(name === '-' ? name : resolve(io.cwd, name), io.stdin));
    scans.push({ ...file, name });
  }
  const waivers =
    options.waivers === undefined
      ? []
      : await (await import('../waiver-files.ts')).waiversInFiles(
          { waiverFiles: [], scopes: [] },
          options.waivers,
          io,
        );
  const { input } = await askScans(
    scans,
    {
      format: options.scanFormat,
      mappings: await mappingsFor(options, io),
      asset: options.asset === undefined ? undefined : parseAsset(options.asset),
    },
    {
      release: options.release ?? files.join(', '),
      policy,
      waivers,
      now: io.now().getTime(),
    },
    io.signal,
  );
  const [{ decide }, { withOverride }] = await Promise.all([
    import('../../policy/decide.ts'),
    import('../gate-override.ts'),
  ]);
  const verdict = withOverride({ ...decide(input), subject }, input.policy, options, io);
  return { input, verdict };
}
