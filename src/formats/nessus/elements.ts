import type { XmlElement } from '../../platform/xml-stream.ts';

/** The texts of all elements of this name directly in it, without white space around them and without empty ones. */
export function textsOf(element: XmlElement, name: string): readonly string[] {
  return element.children
    .filter((child) => child.name === name)
    .map((child) => child.text.trim())
    .filter((text) => text !== '');
}

export function textOf(element: XmlElement, name: string): string | undefined {
  return textsOf(element, name)[0];
}
