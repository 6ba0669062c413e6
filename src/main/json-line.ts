import { toJsonText } from '../reports/json-text.ts';

/** For machines, and safe to look at: one line, whatever others wrote into it. */
export function toJsonLine(value: unknown): string {
  // A line break in a text is escaped, so every one that stands here is between two values.
  return `${toJsonText(value).replace(/\n */g, '')}\n`;
}
