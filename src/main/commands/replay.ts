import type { Decision, Replayed } from '../../flows/replay.ts';
import type { CommandModule, Io } from '../command.ts';

interface ReplayOptions {
  readonly bundle?: string;
  readonly policy?: string;
  readonly config?: string;
  readonly json?: true;
}

export const command: CommandModule<ReplayOptions> = {
  name: 'replay',
  summary: 'decide a kept verdict again from its own facts (exit 1: it comes out otherwise)',
  examples: [
    {
      line: 'gatehouse replay --bundle verdict.bundle',
      does: 'by this version of Gatehouse and the policy of then',
    },
    {
      line: 'gatehouse replay --bundle verdict.bundle --policy development --json # exit 0 or 1',
      does: 'what another policy would have said',
    },
  ],
  define: (command) => {
    command
      .argument('[verdict]', 'its number in the store; without one, the last')
      .option('--bundle <file>', 'a verdict kept as a file instead of in the store; - is standard input')
      .option('--policy <policy>', 'decide by another policy: a preset or a file')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, [number]) {
    const [{ replay }, { version }] = await Promise.all([
      import('../../flows/replay.ts'),
      import('../version.ts'),
    ]);
    const kept = await (options.bundle === undefined
      ? fromStore(number, options.config, io)
      : fromFile(options.bundle, number, io));
    const replayed = replay(kept, { engine: version, policy: await otherPolicy(options.policy, io) });
    await (options.json === true ? sayAsJson : say)(replayed, io);
    return replayed.isSame ? 0 : 1;
  },
};

async function fromStore(number: string | undefined, config: string | undefined, io: Io): Promise<Decision> {
  const [{ keptDecision }, { readConfiguration }, { withStoreToAsk }] = await Promise.all([
    import('../../flows/kept-verdicts.ts'),
    import('../configuration.ts'),
    import('../stores.ts'),
  ]);
  const id = number === undefined ? undefined : await idOf(number);
  const { store } = await readConfiguration(io, config);
  return await withStoreToAsk(store, ({ reader }) => keptDecision(reader, id));
}

async function fromFile(bundle: string, number: string | undefined, io: Io): Promise<Decision> {
  const [{ LARGEST_BUNDLE_BYTES, unpackDecision }, { namingFile }, { readWhole }, { GatehouseError }] =
    await Promise.all([
      import('../../flows/replay.ts'),
      import('../../flows/named-file.ts'),
      import('../whole-file.ts'),
      import('../../domain/errors.ts'),
    ]);
  if (number !== undefined) {
    throw new GatehouseError(
      'input-invalid',
      `give a verdict of the store (${number}) or --bundle, not both`,
    );
  }
  const bytes = await readWhole(bundle, io, LARGEST_BUNDLE_BYTES);
  return await unpackDecision(bytes).catch((error) => {
    throw namingFile(error, { name: bundle, path: bundle });
  });
}

async function idOf(number: string): Promise<number> {
  if (/^[1-9]\d{0,14}$/.test(number)) return Number(number);
  const { GatehouseError } = await import('../../domain/errors.ts');
  throw new GatehouseError(
    'input-invalid',
    `${number} is no number of a verdict; a file is given by --bundle`,
  );
}

async function otherPolicy(named: string | undefined, io: Io) {
  if (named === undefined) return undefined;
  const [{ policyNamed }, { readPolicy }] = await Promise.all([
    import('../policies.ts'),
    import('../../policy/read-policy.ts'),
  ]);
  return await policyNamed(named, io, readPolicy({}));
}

async function say(replayed: Replayed, io: Io): Promise<void> {
  const { toPlainLine } = await import('../../reports/plain-text.ts');
  const { verdict, engine, policy, core, differences, notes } = replayed;
  const lines = [
    replayed.isSame
      ? `The same: ${verdict.is}, byte for byte.`
      : `Not the same: ${verdict.was} then, ${verdict.is} now.`,
    `engine   ${change(engine)}`,
    `policy   ${change({ was: `sha256:${policy.was}`, is: `sha256:${policy.is}` })}`,
    `outcome  ${change({ was: `sha256:${core.was}`, is: `sha256:${core.is}` })}`,
    `facts    sha256:${replayed.facts}`,
    ...differences.map((difference) => `  - ${difference}`),
    ...notes.map((note) => `note: ${note}`),
    ...unexplained(replayed),
  ];
  io.stdout.write(lines.map((line) => `${toPlainLine(line)}\n`).join(''));
}

function change({ was, is }: { readonly was: string; readonly is: string }): string {
  return was === is ? was : `${was} then, ${is} now`;
}

function unexplained({ isSame, engine, policy }: Replayed): readonly string[] {
  if (isSame || engine.was !== engine.is || policy.was !== policy.is) return [];
  return ['note: version and policy are those of then, so what was kept is not what this version decided'];
}

async function sayAsJson(replayed: Replayed, io: Io): Promise<void> {
  const { toJsonLine } = await import('../json-line.ts');
  const { isSame, ...facts } = replayed;
  io.stdout.write(toJsonLine({ same: isSame, ...facts }));
}
