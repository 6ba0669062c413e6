import type { Evidence, Verdict } from '../../domain/verdict.ts';
import { fitTo, toPlainLine } from '../plain-text.ts';
import type { Canvas } from './canvas.ts';
import { hanging } from './lines.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export function evidenceSection(verdict: Verdict, { style, width }: Canvas): readonly string[] {
  const { evidence, decidedAt } = verdict;
  if (evidence.length === 0) return [style.strong('Evidence'), `  ${style.warning('none')}`];
  const nameColumns = Math.min(30, Math.max(6, ...evidence.map(({ source }) => toPlainLine(source).length)));
  return [
    style.strong('Evidence'),
    ...evidence.flatMap((one) => {
      const state = fitTo(one.state, 10);
      const row = `  ${fitTo(toPlainLine(one.source), nameColumns)}  ${fitTo(one.role, 8)}  `;
      const paint = one.state === 'complete' ? style.good : style.warning;
      const told = `  ${fitTo(ageOf(one, decidedAt), 13)}  ${one.observations} entries`;
      return [
        row + paint(state) + told + (one.required ? '' : ', not required'),
        ...detailsOf(one).flatMap((detail) => hanging('    ', style.faint, detail, width)),
      ];
    }),
  ];
}

function detailsOf({ rejected, reasons }: Evidence): readonly string[] {
  return [...(rejected > 0 ? [`${rejected} unreadable`] : []), ...reasons];
}

/** By the clock of the verdict, in the largest unit that fits. */
export function ageOf({ observedAt }: Evidence, now: number): string {
  if (observedAt === undefined) return 'no date';
  const ageMs = now - observedAt;
  if (ageMs < 0) return 'in the future';
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min old`;
  return ageMs < 2 * DAY_MS
    ? `${Math.floor(ageMs / HOUR_MS)} h old`
    : `${Math.floor(ageMs / DAY_MS)} days old`;
}
