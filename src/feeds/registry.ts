import { epss } from './epss/index.ts';
import type { Feed, FeedHead } from './feed.ts';
import { kev } from './kev/index.ts';
import { osv } from './osv/index.ts';
import { ssvc } from './ssvc/index.ts';

/** Every kind of feed, one line each. */
export const FEEDS: readonly Feed[] = [epss, kev, osv, ssvc];

export function feedOfKind(kind: string): Feed | undefined {
  return FEEDS.find((feed) => feed.kind === kind);
}

/** The one that knows the file as its own. */
export function feedOf(head: FeedHead): Feed | undefined {
  return FEEDS.find((feed) => feed.detect(head));
}
