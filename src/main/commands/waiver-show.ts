import type { RecordedWaiverEvent } from '../../domain/waiver-history.ts';
import type { CommandModule } from '../command.ts';
import type { WaiverSources } from '../waiver-context.ts';

interface WaiverShowOptions extends WaiverSources {
  readonly json?: true;
}

/** Findings that are named; more are counted. */
const NAMED = 20;

export const command: CommandModule<WaiverShowOptions> = {
  name: 'waiver show',
  summary: 'show a waiver, all that was said of it, and the open findings it selects today',
  examples: [{ line: 'gatehouse waiver show W-1', does: 'who asked, who approved, and when' }],
  define: (command) => {
    command
      .argument('<id>', 'of the waiver')
      .option('--waivers <file...>', 'also those of these files')
      .option('-c, --config <file>', 'configuration instead of gatehouse.yaml')
      .option('--json', 'print JSON');
  },
  async run(options, io, [id = '']) {
    const [{ waiverContext }, { withStoreToAsk }, { viewWaivers, openFindingsOf }, { GatehouseError }] =
      await Promise.all([
        import('../waiver-context.ts'),
        import('../stores.ts'),
        import('../../flows/waivers.ts'),
        import('../../domain/errors.ts'),
      ]);
    const { store, inFiles, now } = await waiverContext(options, io);
    const shown = await withStoreToAsk(store, async ({ reader }) => {
      const views = (await viewWaivers(reader, now, inFiles)).filter((one) => one.id === id);
      const [first] = views;
      if (first === undefined) return undefined;
      const filter = openFindingsOf(first.selector);
      const { findings } = await reader.findings({ filter, limit: NAMED });
      return { views, findings };
    });
    if (shown === undefined) {
      throw new GatehouseError('not-found', `there is no waiver ${id}; gatehouse waiver list shows all`);
    }
    const { views, findings } = shown;
    const [{ showWaiver, toWaiverJson }, { findingLine }, { toIso }] = await Promise.all([
      import('../../reports/waivers-list.ts'),
      import('../../reports/finding-line.ts'),
      import('../../reports/findings-json.ts'),
    ]);
    if (options.json === true) {
      const { toJsonLine } = await import('../json-line.ts');
      const [first] = views;
      const events = views.flatMap(({ history }) => history?.events ?? []);
      const history = events.map(({ validAt, recordedAt, kind, by, reason, ...more }) => ({
        kind,
        by,
        reason,
        until: 'until' in more ? toIso(more.until) : null,
        validAt: toIso(validAt),
        recordedAt: toIso(recordedAt),
      }));
      const named = findings.map((finding) => ({ id: finding.id, says: findingLine(finding) }));
      io.stdout.write(toJsonLine({ ...(first && toWaiverJson(first)), history, covers: named }));
      return 0;
    }
    const { toPlainLine } = await import('../../reports/plain-text.ts');
    const { showInstant } = await import('../../domain/instant.ts');
    const line = (event: RecordedWaiverEvent): string => {
      const end = 'until' in event ? ` until ${showInstant(event.until)}` : '';
      return `    ${showInstant(event.validAt)}  ${event.kind}${end} by ${toPlainLine(event.by)}: ${toPlainLine(event.reason)}\n`;
    };
    for (const view of views) {
      io.stdout.write(showWaiver(view, now));
      io.stdout.write((view.history?.events ?? []).map(line).join(''));
    }
    for (const finding of findings) io.stdout.write(`  ${findingLine(finding)}\n`);
    const more = (views[0]?.findings ?? 0) - findings.length;
    if (more > 0) io.stdout.write(`  and ${more} more\n`);
    return 0;
  },
};
