/** The commands that say something of a waiver that was asked for differ in what they say. */
import type { WaiverEvent } from '../domain/waiver-history.ts';
import type { CommandModule, Io } from './command.ts';
import type { WaiverSources } from './waiver-context.ts';

export interface WaiverAnswerOptions extends WaiverSources {
  readonly reason: string;
  readonly by?: string;
  readonly until?: string;
  readonly json?: true;
}

interface Answering {
  readonly kind: Exclude<WaiverEvent['kind'], 'requested'>;
  readonly name: string;
  readonly summary: string;
  readonly examples: CommandModule['examples'];
}

export function answerCommand({
  kind,
  name,
  summary,
  examples,
}: Answering): CommandModule<WaiverAnswerOptions> {
  return {
    name,
    summary,
    examples,
    define: (command) => {
      command.argument('<id>', 'of the waiver').requiredOption('--reason <text>', 'why');
      if (kind === 'renewed') command.requiredOption('--until <time>', 'a later date, or how long: 30d');
      command
        .option('--by <name>', 'who says so; GATEHOUSE_USER, or who is logged in')
        .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
        .option('--json', 'print JSON');
    },
    run: async (options, io, [id = '']) => {
      await answer(kind, id, options, io);
      return 0;
    },
  };
}

async function answer(
  kind: Answering['kind'],
  id: string,
  options: WaiverAnswerOptions,
  io: Io,
): Promise<void> {
  const [{ waiverContext }, { withStoreToAsk }, { whoSays }, { momentFrom }, { answerWaiver }] =
    await Promise.all([
      import('./waiver-context.ts'),
      import('./stores.ts'),
      import('./person.ts'),
      import('./moments.ts'),
      import('../flows/waivers.ts'),
    ]);
  const { store, now, maxDays, inFiles } = await waiverContext(options, io);
  const said = { by: whoSays(options.by, io), reason: options.reason, validAt: now };
  const event =
    kind === 'renewed'
      ? { kind, ...said, until: momentFrom('--until', options.until ?? '', now) }
      : { kind, ...said };
  if (inFiles.some((one) => one.id === id)) {
    const { GatehouseError } = await import('../domain/errors.ts');
    throw new GatehouseError('input-invalid', `waiver ${id} stands in a file: change it there`);
  }
  const view = await withStoreToAsk(store, (opened) => answerWaiver(opened, id, event, { now, maxDays }));
  const { showWaiver, toWaiverJson } = await import('../reports/waivers-list.ts');
  if (options.json === true) {
    const { toJsonLine } = await import('./json-line.ts');
    io.stdout.write(toJsonLine(toWaiverJson(view)));
  } else io.stdout.write(showWaiver(view, now));
}
