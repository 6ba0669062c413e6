import type { VerdictRecord } from '../../store/store.ts';
import type { CommandModule } from '../command.ts';

interface VerdictsOptions {
  readonly release?: string;
  readonly limit: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<VerdictsOptions> = {
  name: 'verdicts',
  summary: 'list the verdicts that the store keeps, newest first',
  examples: [
    { line: 'gatehouse verdicts', does: 'the last ones' },
    { line: 'gatehouse verdicts --release shop-4.2 --json', does: 'those of one release, for machines' },
  ],
  define: (command) => {
    command
      .option('--release <name>', 'only those of this release')
      .option('--limit <n>', 'how many', '20')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const [{ readConfiguration }, { withStoreToAsk }, { wholeNumber }, { isoInstant, showInstant }] =
      await Promise.all([
        import('../configuration.ts'),
        import('../stores.ts'),
        import('../given-values.ts'),
        import('../../domain/instant.ts'),
      ]);
    const limit = wholeNumber('--limit', options.limit);
    const { store } = await readConfiguration(io, options.config);
    const { release } = options;
    const verdicts = await withStoreToAsk(store, ({ reader }) => reader.verdicts({ release, limit }));
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      const shown = verdicts.map(({ core, decidedAt, recordedAt, baseline, ...one }) => ({
        ...one,
        baseline: baseline ?? null,
        decidedAt: isoInstant(decidedAt) ?? null,
        recordedAt: isoInstant(recordedAt) ?? null,
        coreDigest: core.digest,
      }));
      io.stdout.write(toJsonLine({ verdicts: shown }));
      return 0;
    }
    const { toPlainLine } = await import('../../reports/plain-text.ts');
    const line = ({ id, word, decidedAt, release: name, scope, policy, override }: VerdictRecord): string => {
      const open = override === undefined ? '' : `, OVERRIDDEN by ${toPlainLine(override.by)}`;
      const about = `${toPlainLine(name)}, scope ${toPlainLine(scope)}, policy ${toPlainLine(policy)}`;
      return `${String(id).padStart(6)}  ${word.padEnd(9)}  ${showInstant(decidedAt)}  ${about}${open}\n`;
    };
    io.stdout.write(verdicts.length === 0 ? 'no verdict is kept\n' : verdicts.map(line).join(''));
    return 0;
  },
};
