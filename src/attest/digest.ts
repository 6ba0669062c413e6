import { createHash } from 'node:crypto';

/** Lower-case hex; of text, its UTF-8. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export const SHA256 = /^[0-9a-f]{64}$/;
