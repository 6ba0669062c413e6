import type { FeedRead } from '../flows/feeds.ts';

/** `facts about 1404 names, of 2025-08-25`. */
export function toFeedLine({ publishedAt, facts, advisories, takenBack, rejected }: FeedRead): string {
  const parts = [
    ...(facts > 0 ? [`facts about ${facts} names`] : []),
    ...(advisories > 0 ? [`${advisories} advisories`] : []),
    ...(takenBack > 0 ? [`${takenBack} taken back`] : []),
    ...(rejected.length > 0 ? [`${rejected.length} rejected`] : []),
  ];
  return `${parts.join(', ') || 'nothing'}, of ${publishedAt.slice(0, 10)}`;
}
