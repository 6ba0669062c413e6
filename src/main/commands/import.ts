import { type ErrorCode, GatehouseError, isGatehouseError } from '../../domain/errors.ts';
import type { Feed } from '../../feeds/feed.ts';
import type { FeedRead } from '../../flows/feeds.ts';
import type { ImportedFile } from '../../flows/import.ts';
import type { ReadableFile } from '../../platform/spooled-file.ts';
import type { Store } from '../../store/store.ts';
import type { VexDialect } from '../../vex/dialect.ts';
import type { CommandModule, Io } from '../command.ts';

interface ImportOptions {
  readonly format?: string;
  readonly asset?: string;
  readonly channel?: string;
  readonly profile?: string;
  readonly observedAt?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<ImportOptions> = {
  name: 'import',
  summary: 'take scans (files that scanners wrote) into the store',
  examples: [
    {
      line: 'gatehouse import trivy.json codeql.sarif',
      does: 'formats are detected; each file counts whole or not at all',
    },
    {
      line: 'gatehouse import app.json --asset image:registry/app --channel production',
      does: 'say what it is about',
    },
    {
      line: 'trivy image -f json app:1.2 | gatehouse import - --json',
      does: 'from a pipe, with the counts as JSON',
    },
  ],
  define: (command) => {
    command
      .argument('<file...>', 'scans; - is standard input')
      .option('--format <format>', 'the format, when it cannot be detected; also one of the configuration')
      .option('--asset <name>', 'what the scans are about: kind:name, or the name of a repository')
      .option('--channel <channel>', 'where that version runs, e.g. production')
      .option('--profile <profile>', 'how the scanner was set, when it does not look at everything')
      .option('--observed-at <time>', 'when it was scanned, when the file does not say or says it wrongly')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, args) {
    const [
      { importScan },
      { readableFile },
      { readConfiguration },
      { withStore },
      { parseAsset, parseMoment },
      { notEmpty },
      { namingFile },
      { checkFormatName },
    ] = await Promise.all([
      import('../../flows/import.ts'),
      import('../../platform/spooled-file.ts'),
      import('../configuration.ts'),
      import('../stores.ts'),
      import('../assets.ts'),
      import('../given-values.ts'),
      import('../../flows/named-file.ts'),
      import('../scan-formats.ts'),
    ]);
    const { resolve } = await import('node:path');
    const configuration = await readConfiguration(io, options.config);
    const named = await dialectNamed(options.format);
    if (named === undefined) checkFormatName('--format', options.format, configuration.formats);
    const scan = {
      format: options.format,
      mappings: configuration.formats,
      asset: options.asset === undefined ? undefined : parseAsset(options.asset),
      channel: notEmpty('--channel', options.channel),
      profile: notEmpty('--profile', options.profile),
      observedAt:
        options.observedAt === undefined ? undefined : parseMoment(options.observedAt, io.now().getTime()),
    };
    const files: ImportedFile[] = [];
    const feeds: ImportedFeed[] = [];
    const refused: { readonly file: string; readonly error: GatehouseError }[] = [];
    await withStore(configuration.store, async (store) => {
      for (const name of args) {
        try {
          await using file = await readableFile(name === '-' ? name : resolve(io.cwd, name), io.stdin);
          const now = () => io.now().getTime();
          const given = { ...file, name };
          const dialect = options.format === undefined ? await dialectIn(given) : named;
          if (dialect !== undefined) {
            const { importVex } = await import('../../flows/vex.ts');
            files.push(await importVex({ store, dialect, file: given, now: now() }));
            if (options.json === undefined) await tell(io, files.at(-1));
            continue;
          }
          const feed = options.format === undefined ? await feedIn(given) : undefined;
          if (feed !== undefined) {
            feeds.push(await readFeedFile(store, feed, given, io));
            if (options.json === undefined) await tellFeed(io, feeds.at(-1));
            continue;
          }
          const imported = await importScan({ store, file: given, options: scan, now, signal: io.signal });
          await warnOfPart(io, files, imported);
          files.push(imported);
          if (options.json === undefined) await tell(io, files.at(-1));
        } catch (error) {
          // One file that must be refused says nothing of the others.
          if (!isGatehouseError(error) || !OF_THE_FILE.has(error.code)) throw error;
          const told = namingFile(error, { name, path: resolve(io.cwd, name) });
          refused.push({ file: name, error: isGatehouseError(told) ? told : error });
        }
      }
    });
    if (options.json === true) {
      const told = refused.map(({ file, error }) => ({ file, error: error.message }));
      const answer = {
        files,
        ...(feeds.length === 0 ? {} : { feeds }),
        ...(told.length === 0 ? {} : { refused: told }),
      };
      io.stdout.write(`${JSON.stringify(answer)}\n`);
    }
    const [first] = refused;
    if (first === undefined) return 0;
    if (refused.length === 1) throw first.error;
    const messages = refused.map(({ error }) => error.message).join('; ');
    throw new GatehouseError('input-invalid', `${refused.length} files were refused: ${messages}`);
  },
};

interface ImportedFeed extends FeedRead {
  readonly file: string;
}

/** VEX documents go by the name of their dialect. */
async function dialectNamed(format: string | undefined): Promise<VexDialect | undefined> {
  if (format === undefined) return undefined;
  const { DIALECTS } = await import('../../vex/registry.ts');
  return DIALECTS.find(({ kind }) => kind === format);
}

async function dialectIn({ path }: ReadableFile): Promise<VexDialect | undefined> {
  const [{ feedHead }, { dialectOf }] = await Promise.all([
    import('../../flows/feeds.ts'),
    import('../../vex/registry.ts'),
  ]);
  return dialectOf((await feedHead(path)).text);
}

async function feedIn({ path }: ReadableFile): Promise<Feed | undefined> {
  const [{ feedHead }, { feedOf }] = await Promise.all([
    import('../../flows/feeds.ts'),
    import('../../feeds/registry.ts'),
  ]);
  return feedOf(await feedHead(path));
}

async function readFeedFile(
  store: Store,
  feed: Feed,
  { name, path }: ReadableFile,
  io: Io,
): Promise<ImportedFeed> {
  const { readFeed } = await import('../../flows/feeds.ts');
  const now = io.now().getTime();
  return {
    file: name,
    ...(await readFeed({ store, feed, path, source: feed.kind, now, signal: io.signal })),
  };
}

async function tellFeed(io: Io, read: ImportedFeed | undefined): Promise<void> {
  if (read === undefined) return;
  const [{ toPlainLine }, { toFeedLine }] = await Promise.all([
    import('../../reports/plain-text.ts'),
    import('../feed-line.ts'),
  ]);
  const lines = [
    `${read.file}: ${read.feed}, ${toFeedLine(read)}`,
    ...read.rejected.slice(0, 5).map(({ at, reason }) => `  rejected ${at}: ${reason}`),
  ];
  for (const line of lines) io.stdout.write(`${toPlainLine(line)}\n`);
}

/** What is wrong with one file, and not with the command, the store or the machine. */
const OF_THE_FILE: ReadonlySet<ErrorCode> = new Set(['input-invalid', 'not-found']);

/** Of two parts of one scan the later closes what only the earlier found: nobody who gives both at once means that. */
async function warnOfPart(io: Io, earlier: readonly ImportedFile[], file: ImportedFile): Promise<void> {
  if (file.changes.closed === 0) return;
  const placesOf = ({ runs }: ImportedFile): readonly string[] =>
    runs.flatMap(({ source, assets }) => assets.map(({ kind, name }) => `${source} ${kind} ${name}`));
  const own = new Set(placesOf(file));
  const other = earlier.find((one) => placesOf(one).some((place) => own.has(place)));
  if (other === undefined) return;
  const [{ remark }, { counted }] = await Promise.all([
    import('../progress.ts'),
    import('../../policy/counting.ts'),
  ]);
  remark(
    io,
    `${file.file} closed ${counted(file.changes.closed, 'finding')}: it counts as the later scan of what ${other.file} is about; where both hold, give each its own --profile`,
  );
}

async function tell(io: Io, file: ImportedFile | undefined): Promise<void> {
  if (file === undefined) return;
  const [{ toPlainLine }, { counted }] = await Promise.all([
    import('../../reports/plain-text.ts'),
    import('../../policy/counting.ts'),
  ]);
  const { created, updated, unchanged, closed, reopened } = file.changes;
  const lines = [
    `${file.file}: ${file.format}, ${counted(file.observations, 'observation')}, ${counted(file.findings, 'finding')}: ` +
      `${created} created, ${updated} updated, ${unchanged} unchanged, ${reopened} reopened, ${closed} closed`,
  ];
  for (const { source, state, reasons, rejects } of file.runs) {
    if (state !== 'complete') lines.push(`  ${source} is partial`);
    for (const reason of reasons) lines.push(`  ${reason}`);
    for (const { at, reason } of rejects.slice(0, 5)) lines.push(`  rejected ${at}: ${reason}`);
    if (rejects.length > 5) lines.push(`  and ${rejects.length - 5} more rejected`);
  }
  // Tool names, categories and notifications are the file's own words, made safe to print.
  for (const line of lines) io.stdout.write(`${toPlainLine(line)}\n`);
}
