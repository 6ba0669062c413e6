import type { Trouble } from './trouble.ts';
import type { Incoming } from './wire.ts';

/**
 * Reads an answer that should be JSON. Whatever the content type says, a body that parses is taken; one that does
 * not is trouble, and worth another attempt: a proxy may have cut it, a maintenance or log-in page may go away.
 */
export function readJson(incoming: Incoming): { readonly value: unknown } | { readonly trouble: Trouble } {
  if (incoming.body.length === 0) return { value: undefined };
  const text = incoming.body.toString('utf8');
  try {
    return { value: JSON.parse(text) };
  } catch (cause) {
    return { trouble: { kind: 'unreadable', message: describe(incoming, text), cause } };
  }
}

function describe(incoming: Incoming, text: string): string {
  const type = incoming.headers['content-type'] ?? 'no content type';
  const isPage = /html/i.test(type) || /^\s*<(!doctype|html)/i.test(text.slice(0, 200));
  if (!isPage)
    return `answered ${incoming.status} with a body that is not JSON (${type}, ${text.length} characters)`;
  const title = /<title[^>]*>([^<]{1,80})/i.exec(text.slice(0, 10_000))?.[1];
  const named = title ? ` titled "${title.replace(/[\p{Cc}\s]+/gu, ' ').trim()}"` : '';
  return `answered ${incoming.status} with a web page${named} in place of JSON`;
}
