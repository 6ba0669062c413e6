import type { ManualFinding } from '../../domain/manual-finding.ts';
import type { CommandModule, Io } from '../command.ts';

interface FindingAddOptions {
  readonly id?: string;
  readonly title?: string;
  readonly asset?: string;
  readonly vulnerability?: string;
  readonly rule?: string;
  readonly severity?: string;
  readonly score?: string;
  readonly component?: string;
  readonly file?: string;
  readonly line?: string;
  readonly description?: string;
  readonly url?: string;
  readonly foundAt?: string;
  readonly dueAt?: string;
  readonly resolvedAt?: string;
  readonly from?: readonly string[];
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<FindingAddOptions> = {
  name: 'finding add',
  summary: 'enter what people found: a penetration test, a bug report; entered again, it is corrected',
  examples: [
    {
      line: 'gatehouse finding add --id PT-7 --title "SQL injection in the login" --severity critical --asset repository:shop --file src/login.ts',
      does: 'one, on the line',
    },
    {
      line: 'gatehouse finding add --id PT-7 --title "SQL injection in the login" --severity critical --asset repository:shop --file src/login.ts --resolved-at 2026-01-31',
      does: 'the same, once it is fixed',
    },
    { line: 'gatehouse finding add --from pentest.yaml --json', does: 'all that a file lists' },
  ],
  define: (command) => {
    command
      .option('--id <id>', 'how it is called; the same id corrects it')
      .option('--title <text>', 'what it is, in a line')
      .option('--asset <name>', 'what it is on: kind:name, or the name of a repository')
      .option('--vulnerability <name>', 'CVE, GHSA or another name, where it has one')
      .option('--rule <name>', 'what kind of mistake it is, where several are of one; its id')
      .option('--severity <severity>', 'critical, high, medium, low, info or unknown')
      .option('--score <number>', 'CVSS, 0 to 10')
      .option('--component <purl>', 'package URL of what is affected')
      .option('--file <path>', 'where in the code')
      .option('--line <number>', 'in which line')
      .option('--description <text>', 'all there is to say')
      .option('--url <url>', 'where it is described')
      .option('--found-at <time>', 'when it was found; now')
      .option('--due-at <time>', 'by when it has to be fixed')
      .option('--resolved-at <time>', 'when it was fixed')
      .option('--from <file...>', 'YAML or JSON files that list such findings')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const [{ readConfiguration }, { withStore }, { enterFindings, assertDistinct }] = await Promise.all([
      import('../configuration.ts'),
      import('../stores.ts'),
      import('../../flows/manual-findings.ts'),
    ]);
    const findings =
      options.from === undefined ? [await onTheLine(options, io)] : await inFiles(options, options.from, io);
    assertDistinct(findings);
    const { store } = await readConfiguration(io, options.config);
    const { changes } = await withStore(store, (opened) =>
      enterFindings(opened, findings, io.now().getTime()),
    );
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine({ findings: findings.map(({ id }) => id), changes }));
      return 0;
    }
    const { created, updated, unchanged, reopened, closed } = changes;
    io.stdout.write(
      `${findings.length} entered: ${created} created, ${updated} updated, ${unchanged} unchanged, ${reopened} reopened, ${closed} closed\n`,
    );
    return 0;
  },
};

async function onTheLine(options: FindingAddOptions, io: Io): Promise<ManualFinding> {
  const [{ ManualFinding }, { GatehouseError }, { parseAsset }] = await Promise.all([
    import('../../domain/manual-finding.ts'),
    import('../../domain/errors.ts'),
    import('../assets.ts'),
  ]);
  const { asset, score, line, from: _from, config: _config, json: _json, ...words } = options;
  const read = ManualFinding.safeParse({
    ...words,
    ...(asset === undefined ? {} : { asset: parseAsset(asset) }),
    ...(score === undefined ? {} : { score: Number(score) }),
    ...(line === undefined ? {} : { line: Number(line) }),
    foundAt: options.foundAt ?? io.now().getTime(),
  });
  if (read.success) return read.data;
  const told = read.error.issues.map(
    ({ path, message }) =>
      `--${optionOf(String(path[0]))}: ${MISSING.test(message) ? 'it is missing' : message}`,
  );
  throw new GatehouseError('input-invalid', [...new Set(told)].join('; '));
}

const MISSING = /received undefined$/;

function optionOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

async function inFiles(
  options: FindingAddOptions,
  files: readonly string[],
  io: Io,
): Promise<readonly ManualFinding[]> {
  const [{ GatehouseError }, { readManualFindings }, { resolve }] = await Promise.all([
    import('../../domain/errors.ts'),
    import('../manual-files.ts'),
    import('node:path'),
  ]);
  const { from: _from, config: _config, json: _json, ...others } = options;
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new GatehouseError(
      'input-invalid',
      `--${optionOf(other)} is said in the file where --from names one`,
    );
  const read = await Promise.all(files.map((file) => readManualFindings(resolve(io.cwd, file))));
  return read.flat();
}
