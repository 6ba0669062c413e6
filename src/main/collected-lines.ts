import type { Collected } from '../flows/collect.ts';
import { toPlainLine } from '../reports/plain-text.ts';

/** What a run over a source did, each line with its line feed. */
export function collectedLines({ source, state, summary, reasons }: Collected): string {
  const lines = [`${source}: ${summary === undefined ? INTERRUPTED : `${state}, ${inNumbers(summary)}`}`];
  for (const reason of reasons) lines.push(`  ${toPlainLine(reason)}`);
  return lines.map((line) => `${line}\n`).join('');
}

const INTERRUPTED = 'interrupted; what was read is kept, and the next collect goes on from there';

function inNumbers({ observations, findings, changes }: NonNullable<Collected['summary']>): string {
  const { created, updated, unchanged, closed, reopened } = changes;
  return (
    `${observations} problems read, ${findings} findings: ` +
    `${created} created, ${updated} updated, ${unchanged} unchanged, ${reopened} reopened, ${closed} closed`
  );
}
