import type { Effect, Reason, RuleOutcome, Verdict } from '../../domain/verdict.ts';
import type { Canvas } from './canvas.ts';
import { findingRows, hanging, someOf } from './lines.ts';
import type { Style } from './style.ts';

const TAG = { block: 'BLOCKS', undecided: 'UNDECIDED', warn: 'WARNS' } as const satisfies Record<
  Effect,
  string
>;
const ORDER = { block: 0, undecided: 1, warn: 2 } as const satisfies Record<Effect, number>;

export function reasonsSection({ reasons, rules }: Verdict, canvas: Canvas): readonly string[] {
  const { style } = canvas;
  if (reasons.length === 0) {
    const passed = rules.filter(({ outcome }) => outcome === 'passed').length;
    return [style.strong('Why'), `  ${style.good(`all ${passed} rules passed on complete evidence`)}`];
  }
  const sorted = [...reasons].sort((a, b) => ORDER[a.effect] - ORDER[b.effect]);
  return [style.strong('Why'), ...sorted.flatMap((reason) => reasonLines(reason, canvas))];
}

function reasonLines({ rule, effect, message, findings }: Reason, canvas: Canvas): readonly string[] {
  const { style, width, findingsShown } = canvas;
  const indent = ' '.repeat(14);
  return [
    ...hanging(`  ${TAG[effect].padEnd(10)}`, paintOfEffect(effect, style), `${rule}: ${message}`, width),
    ...someOf(findings, findingsShown, indent, (some) => findingRows(some, indent, width, style)),
  ];
}

function paintOfEffect(effect: Effect, style: Style): (text: string) => string {
  return effect === 'block' ? style.bad : style.warning;
}

export function rulesSection({ rules }: Verdict, { style, width }: Canvas): readonly string[] {
  const paint = (outcome: RuleOutcome['outcome']): ((text: string) => string) => {
    if (outcome === 'blocked') return style.bad;
    if (outcome === 'passed') return style.good;
    return outcome === 'off' || outcome === 'not-compared' ? style.faint : style.warning;
  };
  return [
    style.strong('Rules'),
    ...rules.flatMap(({ rule, outcome, description }) =>
      hanging(`  ${outcome.padEnd(13)}`, paint(outcome), `${rule}: ${description}`, width),
    ),
  ];
}
