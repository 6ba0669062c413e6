import type { Finding } from '../../domain/finding.ts';
import type { Severity } from '../../domain/severity.ts';
import { fileOf } from '../finding-names.ts';
import { cutStartTo, cutTo, fitTo, toPlainLine, widthOf, wrapTo } from '../plain-text.ts';
import type { Style } from './style.ts';

/** Nobody reads more, and a hostile record may hold megabytes. */
const LONGEST_TEXT = 1000;

/** A text behind a label, its further lines under its first. The label is measured without its colour. */
export function hanging(
  label: string,
  paint: (text: string) => string,
  text: string,
  width: number,
): readonly string[] {
  const [first = '', ...rest] = wrapTo(cutTo(toPlainLine(text), LONGEST_TEXT), width - label.length);
  return [paint(label) + first, ...rest.map((line) => ' '.repeat(label.length) + line)];
}

export function paintOf(severity: Severity, style: Style): (text: string) => string {
  if (severity === 'critical' || severity === 'high') return style.bad;
  return severity === 'medium' || severity === 'unknown' ? style.warning : style.faint;
}

/** `CVE-2021-44228`, or the full name of the rule. */
export function nameOfFinding({ vulnerability, rule }: Finding): string {
  return toPlainLine(vulnerability ?? rule ?? 'unnamed');
}

/** `npm/lodash`, or where in the code; nothing where the source names no place. */
export function placeOfFinding(finding: Finding): string {
  const { component } = finding;
  return component === undefined ? toPlainLine(fileOf(finding) ?? '') : showComponent(component);
}

export function showComponent(component: string): string {
  return toPlainLine(component.replace(/^pkg:/, '').replaceAll('%40', '@'));
}

/**
 * Rows of severity, score, name, place and asset. Names are kept whole where the width allows; places and assets lose
 * their beginning, since their end tells them apart.
 */
export function findingRows(
  findings: readonly Finding[],
  indent: string,
  width: number,
  style: Style,
): readonly string[] {
  const left = width - indent.length - RATED_COLUMNS - 3 * GAP.length;
  const nameColumns = Math.min(widest(findings.map(nameOfFinding)), Math.max(16, Math.floor(left * 0.4)));
  const assets = findings.map(({ asset }) => toPlainLine(asset.name));
  const forTwo = left - nameColumns;
  const placeColumns = Math.min(
    widest(findings.map(placeOfFinding)),
    Math.max(NARROWEST_CELL, Math.floor(forTwo / 2), forTwo - widest(assets)),
  );
  const assetColumns = Math.max(NARROWEST_CELL, forTwo - placeColumns);
  return findings.map((finding, index) => {
    const { severity, score } = finding;
    const rated = `${fitTo(severity, 8)} ${score === undefined ? '    ' : score.toFixed(1).padStart(4)}`;
    const cells = [
      paintOf(severity, style)(rated),
      fitTo(nameOfFinding(finding), nameColumns),
      fitTo(cutStartTo(placeOfFinding(finding), placeColumns), placeColumns),
      cutStartTo(assets[index] ?? '', assetColumns),
    ];
    return (indent + cells.join(GAP)).trimEnd();
  });
}

const RATED_COLUMNS = 13;
/** Below this a cell says nothing: a very narrow row rather runs over. */
const NARROWEST_CELL = 6;
const GAP = '  ';

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, widthOf(text)), 0);
}

/** The lines of the first items, then "and N more". */
export function someOf<T>(
  items: readonly T[],
  shown: number,
  indent: string,
  linesOf: (items: readonly T[]) => readonly string[],
): readonly string[] {
  const lines = linesOf(items.slice(0, shown));
  const hidden = items.length - shown;
  return hidden > 0 ? [...lines, `${indent}and ${hidden} more`] : lines;
}
