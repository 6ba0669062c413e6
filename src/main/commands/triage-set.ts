import type { Filter } from '../../domain/filter.ts';
import type { TriageNote } from '../../domain/triage.ts';
import type { CommandModule, Io } from '../command.ts';
import type { Configuration } from '../configuration.ts';

interface TriageSetOptions {
  readonly state?: string;
  readonly justification?: string;
  readonly assignee?: string;
  readonly comment?: string;
  readonly tag?: readonly string[];
  readonly by?: string;
  readonly component?: string;
  readonly asset?: string;
  readonly scope?: string;
  readonly severity?: string;
  readonly dryRun?: true;
  readonly config?: string;
  readonly json?: true;
}

/** Findings that are named; more are counted. */
const NAMED = 20;

export const command: CommandModule<TriageSetOptions> = {
  name: 'triage set',
  summary: 'note what we think of findings: a state, a person, a comment, tags',
  examples: [
    {
      line: 'gatehouse triage set CVE-2021-44228 --state under-investigation --assignee bob --by ann',
      does: 'every open finding of a vulnerability',
    },
    {
      line: 'gatehouse triage set CVE-2021-44228 --asset image:registry/app --state not-affected --justification vulnerable-code-not-present --comment "JndiLookup is removed" --by ann',
      does: 'on one asset; it becomes VEX in the name of ann',
    },
    {
      line: 'gatehouse triage set --severity low,info --scope certification --tag backlog --by ann --dry-run',
      does: 'what would be noted on, by a filter alone',
    },
  ],
  define: (command) => {
    command
      .argument(
        '[finding...]',
        'their numbers, or names of a vulnerability or rule; all that the filter selects',
      )
      .option('--state <state>', 'false-positive, under-investigation, not-affected, accepted or affected')
      .option('--justification <why>', 'of not-affected: as OpenVEX has them')
      .option('--assignee <name>', 'who looks after it')
      .option('--comment <text>', 'what is to be remembered')
      .option('--tag <tag...>', 'from now on all its tags')
      .option('--by <name>', 'who says so; GATEHOUSE_USER, or who is logged in')
      .option('--component <purl>', 'filter: package URL without version')
      .option('--asset <name>', 'filter: kind:name, or the name of a repository')
      .option('--scope <name>', 'filter: a scope of the configuration')
      .option('--severity <list>', 'filter: critical, high, medium, low, info, unknown; separated by commas')
      .option('--dry-run', 'only say which findings')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, words) {
    const [{ readConfiguration }, { withStoreToAsk }, { findingsNamed, noteOn }, { GatehouseError }] =
      await Promise.all([
        import('../configuration.ts'),
        import('../stores.ts'),
        import('../../flows/triage.ts'),
        import('../../domain/errors.ts'),
      ]);
    const configuration = await readConfiguration(io, options.config);
    const filter = await filterOf(options, configuration);
    if (words.length === 0 && filter === undefined) {
      throw new GatehouseError('input-invalid', 'which findings? give their numbers, a name, or a filter');
    }
    const note = await noteOf(options, io);
    const isDry = options.dryRun === true;
    const findings = await withStoreToAsk(configuration.store, async (store) => {
      const named = await findingsNamed(store.reader, words, filter);
      if (!isDry) await noteOn(store, named, note, note.validAt);
      return named;
    });
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine({ noted: !isDry, findings: findings.map(({ id }) => id) }));
      return 0;
    }
    const { findingLine } = await import('../../reports/finding-line.ts');
    for (const finding of findings.slice(0, NAMED)) io.stdout.write(`  ${findingLine(finding)}\n`);
    if (findings.length > NAMED) io.stdout.write(`  and ${findings.length - NAMED} more\n`);
    const count = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`;
    io.stdout.write(`${isDry ? 'would be noted on' : 'noted on'} ${count}${hintOf(note)}\n`);
    return 0;
  },
};

function hintOf({ state }: TriageNote): string {
  if (state === 'accepted') return '; to accept them changes no verdict: gatehouse waiver request does';
  if (state === 'not-affected' || state === 'false-positive')
    return '; set aside where the policy honours vex by this name';
  return '';
}

async function noteOf(options: TriageSetOptions, io: Io): Promise<TriageNote> {
  const [{ TriageState, Justification }, { whoSays }, { GatehouseError }] = await Promise.all([
    import('../../domain/triage.ts'),
    import('../person.ts'),
    import('../../domain/errors.ts'),
  ]);
  const { state, justification, assignee, comment, tag } = options;
  if ([state, assignee, comment, tag].every((one) => one === undefined)) {
    throw new GatehouseError(
      'input-invalid',
      'what is to be noted? give --state, --assignee, --comment or --tag',
    );
  }
  const chosen = (option: string, of: readonly string[]) =>
    new GatehouseError('input-invalid', `${option}: there are ${of.join(', ')}`);
  const known = TriageState.safeParse(state);
  if (state !== undefined && !known.success) throw chosen(`--state ${state}`, TriageState.options);
  const why = Justification.safeParse(justification);
  if (justification !== undefined && !why.success)
    throw chosen(`--justification ${justification}`, Justification.options);
  if (why.success && known.data !== 'not-affected' && known.data !== 'false-positive') {
    throw new GatehouseError(
      'input-invalid',
      '--justification goes with --state not-affected or false-positive',
    );
  }
  return {
    ...(known.success ? { state: known.data } : {}),
    ...(why.success ? { justification: why.data } : {}),
    ...(assignee === undefined ? {} : { assignee }),
    ...(comment === undefined ? {} : { comment }),
    ...(tag === undefined ? {} : { tags: [...new Set(tag)] }),
    by: whoSays(options.by, io),
    validAt: io.now().getTime(),
  };
}

async function filterOf(
  options: TriageSetOptions,
  configuration: Configuration,
): Promise<Filter | undefined> {
  const [{ parseAsset }, { scopeNamed }, { severitiesOf }] = await Promise.all([
    import('../assets.ts'),
    import('../configuration.ts'),
    import('../severities.ts'),
  ]);
  const { component, asset, scope, severity } = options;
  const of: Filter[] = [];
  if (component !== undefined) of.push({ op: 'component', in: [component] });
  if (asset !== undefined) of.push({ op: 'asset', in: [parseAsset(asset)] });
  if (scope !== undefined) of.push({ op: 'scope', scope: scopeNamed(configuration, scope) });
  if (severity !== undefined) of.push({ op: 'severity', in: severitiesOf(severity) });
  return of.length === 0 ? undefined : { op: 'all', of };
}
