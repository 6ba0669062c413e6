/** What stands for the names that a document does not give itself. */
import { hash } from 'node:crypto';

/** It is a revision of no other document, and read again it is the same one. */
export function idOfContent(document: unknown): string {
  return `sha256:${hash('sha256', JSON.stringify(document))}`;
}

/** Policies honour authors by name, and nobody is called so. */
export const UNKNOWN_AUTHOR = 'unknown author';
