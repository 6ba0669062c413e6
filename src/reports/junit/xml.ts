/** XML 1.0 in which all text is text. */
import { toShortLine } from '../plain-text.ts';

const LONGEST = 2000;

type Attributes = Readonly<Record<string, string | undefined>>;

/** Opens an element. */
export function tag(name: string, attributes: Attributes): string {
  const written = Object.entries(attributes).map(([key, value = '']) => ` ${key}="${toXmlText(value)}"`);
  return `<${name}${written.join('')}>`;
}

/** A whole element; lines of its text stay lines. */
export function element(name: string, attributes: Attributes, text = ''): string {
  const opened = tag(name, attributes);
  if (text === '') return `${opened.slice(0, -1)}/>`;
  return `${opened}${text.split('\n').map(toXmlText).join('\n')}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Characters that XML 1.0 cannot hold are among those that a plain line shows as codes. */
function toXmlText(text: string): string {
  return toShortLine(text, LONGEST).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
