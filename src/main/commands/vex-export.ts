import type { CommandModule, Io } from '../command.ts';
import type { FindingOptions } from '../finding-filter.ts';

interface VexExportOptions extends FindingOptions {
  readonly format: string;
  readonly author?: string;
  readonly id?: string;
  readonly output?: string;
  readonly waivers?: readonly string[];
  readonly config?: string;
}

const FORMATS = ['openvex', 'cyclonedx'] as const;

export const command: CommandModule<VexExportOptions> = {
  name: 'vex export',
  summary: 'write what we say of open findings, by triage and waivers, as a VEX document',
  examples: [
    { line: 'gatehouse vex export --author "Shop Ltd"', does: 'OpenVEX of everything that was judged' },
    {
      line: 'gatehouse vex export --format cyclonedx --asset image:registry/app --author "Shop Ltd" --output app.vex.json',
      does: 'of one asset, as CycloneDX',
    },
  ],
  define: (command) => {
    command
      .option('-f, --format <format>', FORMATS.join(' or '), 'openvex')
      .option('--json', 'as it is: either format is JSON')
      .option('--author <name>', 'in whose name; GATEHOUSE_USER, or who is logged in')
      .option('--id <iri>', 'how the document is called; made of what it says')
      .option('-o, --output <file>', 'write it there instead of to standard output')
      .option('--severity <list>', 'critical, high, medium, low, info, unknown; separated by commas')
      .option('--vulnerability <name...>', 'CVE, GHSA or any other name of it')
      .option('--asset <name>', 'kind:name, or the name of a repository')
      .option('--scope <scope>', 'a scope of the configuration')
      .option('--waivers <file...>', 'waivers of these files count, too')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml');
  },
  async run(options, io) {
    const { refuseUnwritable, saveOutput } = await import('../output-file.ts');
    await refuseUnwritable([options.output], io);
    const text = await documentOf(options, io);
    if (options.output === undefined) io.stdout.write(text);
    else await saveOutput(options.output, text, io);
    return 0;
  },
};

async function documentOf(options: VexExportOptions, io: Io): Promise<string> {
  const [
    { GatehouseError },
    { whoSays },
    { waiverContext },
    { readConfiguration },
    { filterOf },
    { withStoreToAsk },
  ] = await Promise.all([
    import('../../domain/errors.ts'),
    import('../person.ts'),
    import('../waiver-context.ts'),
    import('../configuration.ts'),
    import('../finding-filter.ts'),
    import('../stores.ts'),
  ]);
  const format = FORMATS.find((one) => one === options.format);
  if (format === undefined)
    throw new GatehouseError('input-invalid', `--format ${options.format}: there are ${FORMATS.join(', ')}`);
  const author = whoSays(options.author, io);
  const { store, inFiles, now } = await waiverContext(options, io);
  const filter = filterOf(options, await readConfiguration(io, options.config));
  const [{ judgedFindings }, { waiversInForce }] = await Promise.all([
    import('../../flows/judgements.ts'),
    import('../../flows/waivers.ts'),
  ]);
  const judged = await withStoreToAsk(store, async ({ reader }) => {
    const waivers = [...inFiles, ...(await waiversInForce(reader, now, inFiles))];
    return await judgedFindings(reader, waivers, filter, now);
  });
  return await written(format, { author, at: now, judged }, options.id);
}

async function written(
  format: (typeof FORMATS)[number],
  facts: Parameters<typeof import('../../reports/openvex.ts').toOpenVex>[0],
  id: string | undefined,
): Promise<string> {
  const [{ saidOf }, { toJsonText }, { version }, { createHash }] = await Promise.all([
    import('../../reports/vex-said.ts'),
    import('../../reports/json-text.ts'),
    import('../version.ts'),
    import('node:crypto'),
  ]);
  const said = saidOf(facts).map(({ finding, ...words }) => [finding.asset, finding.component, words]);
  const digest = createHash('sha256')
    .update(JSON.stringify([facts.author, said]))
    .digest('hex');
  if (format === 'openvex') {
    const { toOpenVex } = await import('../../reports/openvex.ts');
    return toJsonText(toOpenVex(facts, id ?? `urn:gatehouse:vex:${digest}`, `gatehouse ${version}`));
  }
  const { toCycloneDxVex } = await import('../../reports/cyclonedx-vex.ts');
  return toJsonText(toCycloneDxVex(facts, id ?? uuidOf(digest), version));
}

/** RFC 9562, version 8: the bits are ours. */
function uuidOf(digest: string): string {
  const [a, b, c, d, e] = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(13, 16),
    digest.slice(17, 20),
    digest.slice(20, 32),
  ];
  return `${a}-${b}-8${c}-8${d}-${e}`;
}
