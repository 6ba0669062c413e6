/** The verdict for a person at a terminal: the answer, why, on what evidence, what was left out, the way to GO. */
import { showInstant } from '../../domain/instant.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { cutTo, toPlainLine } from '../plain-text.ts';
import type { Report, ReportOptions } from '../report.ts';
import type { Canvas } from './canvas.ts';
import { evidenceSection } from './evidence.ts';
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
  const { verdict: word, release, policy, mode, decidedAt, enforced, relaxed, counts } = verdict;
  const facts = [
    `policy ${toPlainLine(policy)}, ${mode} mode, ${showInstant(decidedAt)}`,
    `${counts.open} open in scope, ${counts.inQuestion} in question, ${counts.setAside} set aside`,
    ...(relaxed.length > 0 ? [`relaxed by the policy: ${relaxed.join(', ')}`] : []),
  ];
  return [
    `${style.banner(word, ` ${word} `)} ${style.strong(cutTo(toPlainLine(release), width - word.length - 3))}`,
    ...facts.map((line) => style.faint(cutTo(line, width))),
    ...(enforced ? [] : [style.warning('NOT ENFORCED: only reported, the gate opens whatever the verdict')]),
  ];
}
