import { GatehouseError } from '../domain/errors.ts';
import type { ReleaseSubject } from '../domain/verdict.ts';

/** A name is a person's; it is printed, signed and compared as it is. */
const LONGEST_NAME = 500;

/**
 * `registry/app@sha256:…`: what is shipped, by content.
 *
 * @throws GatehouseError `input-invalid`
 */
export function parseSubject(text: string): ReleaseSubject {
  const [, name = '', digest = ''] = /^(.*)@sha256:([0-9a-fA-F]{64})$/s.exec(text) ?? [];
  if (name === '' || name.length > LONGEST_NAME || /\p{Cc}|\p{Cs}/u.test(name)) {
    throw new GatehouseError(
      'input-invalid',
      `--subject ${text.slice(0, 100)}: give NAME@sha256:DIGEST, the digest being 64 hexadecimal digits`,
    );
  }
  return { name, sha256: digest.toLowerCase() };
}

export function showSubject({ name, sha256 }: ReleaseSubject): string {
  return `${name}@sha256:${sha256}`;
}
