import type { Severity } from '../../domain/severity.ts';
import { toShortLine } from '../plain-text.ts';

const LONGEST = 2000;

type Tone = 'good' | 'warn' | 'bad' | 'faint';

export function section(title: string, body: readonly string[]): readonly string[] {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return [`<section aria-labelledby="${id}">`, `<h2 id="${id}">${title}</h2>`, ...body, '</section>'];
}

/**
 * Cells are markup already; the first of a row names it. Wider than the page, it can be reached and moved with the
 * keyboard.
 */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return [
    `<div class="wide" role="region" aria-label="${caption}" tabindex="0">`,
    `<table><caption>${caption}</caption>`,
    `<thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map(rowOf),
    '</tbody></table></div>',
  ];
}

function rowOf([first = '', ...others]: readonly string[]): string {
  return `<tr><th scope="row">${first}</th>${others.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

export function paragraph(text: string, name: Tone): string {
  return `<p class="${name}">${escaped(text)}</p>`;
}

const SEVERITY_TONE = {
  critical: 'bad',
  high: 'bad',
  medium: 'warn',
  unknown: 'warn',
  low: 'faint',
  info: 'faint',
} as const satisfies Record<Severity, Tone>;

export function severity(level: Severity, score: number | undefined): string {
  return tone(SEVERITY_TONE[level], score === undefined ? level : `${level} ${score.toFixed(1)}`);
}

/** A colour never says anything that the word does not. */
export function tone(name: Tone, text: string): string {
  return `<span class="${name}">${escaped(text)}</span>`;
}

/** Said beside something; nothing where there is nothing to say. */
export function faint(text: string | undefined): string {
  return text ? tone('faint', text) : '';
}

/** Markup of one cell, line by line. */
export function lines(...parts: readonly string[]): string {
  return parts.filter(Boolean).join('<br>');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(text: string): string {
  return toShortLine(text, LONGEST).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
