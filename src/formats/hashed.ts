import { hash } from 'node:crypto';

/** Stands for a text that is too long to keep, or that must not be kept. */
export function hashed(text: string): string {
  return `sha256:${hash('sha256', text)}`;
}
