import type { Incoming } from './wire.ts';

const LONGEST = 300;

/**
 * What the server says went wrong, from the shapes met in the field: `{error: {message, constraintViolations}}`,
 * `{error, error_description}`, `{message}`, `{errors: [{message}]}`, problem+json (`{title, detail}`). One line, cut.
 */
export function vendorMessage(incoming: Incoming): string | undefined {
  if (incoming.body.length === 0 || incoming.body.length > 1_000_000) return undefined;
  const said = fromBody(parse(incoming.body.toString('utf8')));
  const line = said?.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  if (!line) return undefined;
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function fromBody(body: unknown): string | undefined {
  const error = field(body, 'error');
  const list = field(body, 'errors');
  const first = Array.isArray(list) ? list[0] : undefined;
  const said =
    text(field(error, 'message')) ??
    text(field(body, 'error_description')) ??
    text(error) ??
    text(field(body, 'message')) ??
    text(field(first, 'message')) ??
    text(field(first, 'detail')) ??
    text(first) ??
    text(field(body, 'detail')) ??
    text(field(body, 'title'));
  const violations = field(error, 'constraintViolations');
  return [said, ...(Array.isArray(violations) ? violations.slice(0, 3).map(violation) : [])]
    .filter((part) => part !== undefined)
    .join('; ');
}

function violation(one: unknown): string | undefined {
  const [path, message] = [text(field(one, 'path')), text(field(one, 'message'))];
  return path && message ? `${path}: ${message}` : message;
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // an error page; the status says enough
  }
}
