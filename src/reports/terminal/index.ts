/** The verdict for a person at a terminal: the answer, why, on what evidence, what was left out, the way to GO. */
import { showInstant } from '../../domain/instant.ts';
import { EVERYTHING } from '../../domain/scope.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { cutTo, toPlainLine } from '../plain-text.ts';
import type { Report, ReportOptions } from '../report.ts';
import { loudFacts, sayChanges, saySubject } from '../said.ts';
import type { Canvas } from './canvas.ts';
import { evidenceSection } from './evidence.ts';
import { hanging } from './lines.ts';
import { nextSection, pathSection } from './path.ts';
import { reasonsSection, rulesSection } from './reasons.ts';
import { setAsideSection } from './set-aside.ts';
import { makeStyle } from './style.ts';

const NARROWEST = 40;

export const terminalReport: Report = {
  kind: 'terminal',
  render(verdict, options) {
    const canvas = canvasOf(options);
    const sections: readonly (readonly string[])[] = [
      banner(verdict, canvas),
      reasonsSection(verdict, canvas),
      options.explain ? rulesSection(verdict, canvas) : [],
      evidenceSection(verdict, canvas),
      setAsideSection(verdict, canvas),
      pathSection(verdict, canvas),
      nextSection(verdict, canvas),
    ];
    const written = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
    return `${written.join('\n\n')}\n`;
  },
};

function canvasOf({ colour, width, findingsShown }: ReportOptions): Canvas {
  return {
    style: makeStyle(colour),
    width: Math.max(NARROWEST, Math.floor(width)),
    findingsShown: Math.max(1, Math.floor(findingsShown)),
  };
}

function banner(verdict: Verdict, { style, width }: Canvas): readonly string[] {
  const { verdict: word, release, policy, mode, decidedAt, counts } = verdict;
  const facts = [
    `policy ${toPlainLine(policy)}, ${mode} mode, ${showInstant(decidedAt)}`,
    `${counts.open} open in scope, ${counts.inQuestion} in question, ${counts.setAside} set aside`,
  ];
  return [
    `${style.banner(word, ` ${word} `)} ${style.strong(cutTo(toPlainLine(release), width - word.length - 3))}`,
    ...facts.map((line) => style.faint(cutTo(line, width))),
    ...aboutLines(verdict, width).map(style.faint),
    ...loudFacts(verdict).flatMap((text) => hanging('', asItIs, text, width).map(style.warning)),
    ...sayChanges(verdict).flatMap((text) => hanging('', asItIs, text, width).map(style.faint)),
  ];
}

/** What goes without saying is not said. */
function aboutLines({ scope, baseline, subject }: Verdict, width: number): readonly string[] {
  const place = [
    ...(scope === EVERYTHING.name ? [] : [`scope ${scope}`]),
    ...(baseline === undefined ? [] : [`compared with ${baseline}`]),
  ].join(', ');
  const facts = [place, subject === undefined ? '' : saySubject(subject)].filter(Boolean);
  return facts.flatMap((fact) => hanging('', asItIs, fact, width));
}

function asItIs(text: string): string {
  return text;
}
