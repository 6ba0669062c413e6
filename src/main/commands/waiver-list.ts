import type { WaiverView } from '../../flows/waivers.ts';
import type { CommandModule } from '../command.ts';
import type { WaiverSources } from '../waiver-context.ts';

interface WaiverListOptions extends WaiverSources {
  readonly state?: string;
  readonly expiring?: string;
  readonly json?: true;
}

export const command: CommandModule<WaiverListOptions> = {
  name: 'waiver list',
  summary: 'list waivers of files and of the store, and how many open findings each selects today',
  examples: [
    { line: 'gatehouse waiver list', does: 'all of them' },
    { line: 'gatehouse waiver list --expiring 7d', does: 'those in force that end within a week' },
    { line: 'gatehouse waiver list --state requested --json', does: 'what waits for somebody to approve it' },
  ],
  define: (command) => {
    command
      .option('--state <list>', 'requested, approved, expired, rejected, revoked; separated by commas')
      .option('--expiring <time>', 'in force, and ending within: 7d, 48h')
      .option('--waivers <file...>', 'also those of these files')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io) {
    const [{ waiverContext }, { withStoreToAsk }, { viewWaivers }] = await Promise.all([
      import('../waiver-context.ts'),
      import('../stores.ts'),
      import('../../flows/waivers.ts'),
    ]);
    const { store, inFiles, now } = await waiverContext(options, io);
    const isWanted = await filterOf(options, now);
    const views = await withStoreToAsk(store, ({ reader }) => viewWaivers(reader, now, inFiles));
    const waivers = views.filter(isWanted);
    const { showWaiver, toWaiverJson } = await import('../../reports/waivers-list.ts');
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      io.stdout.write(toJsonLine({ waivers: waivers.map(toWaiverJson) }));
    } else {
      const lines = waivers.map((waiver) => showWaiver(waiver, now));
      io.stdout.write(lines.length === 0 ? 'there is no such waiver\n' : lines.join(''));
    }
    return 0;
  },
};

async function filterOf(
  { state, expiring }: WaiverListOptions,
  now: number,
): Promise<(view: WaiverView) => boolean> {
  const [{ WAIVER_STATES }, { GatehouseError }, { durationOf }] = await Promise.all([
    import('../../domain/waiver-history.ts'),
    import('../../domain/errors.ts'),
    import('../moments.ts'),
  ]);
  const states = state?.split(',').map((word) => {
    const known = WAIVER_STATES.find((one) => one === word.trim().toLowerCase());
    if (known !== undefined) return known;
    throw new GatehouseError('input-invalid', `--state ${word}: there are ${WAIVER_STATES.join(', ')}`);
  });
  const within = expiring === undefined ? undefined : durationOf(expiring);
  if (expiring !== undefined && within === undefined)
    throw new GatehouseError('input-invalid', `--expiring ${expiring}: give how long, as 7d or 48h`);
  return (view) =>
    (states === undefined || states.includes(view.state)) &&
    (within === undefined || (view.state === 'approved' && view.until - now <= within));
}
