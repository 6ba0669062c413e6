import type { FeedRead } from '../flows/feeds.ts';

/** `facts about 1404 names, of 2025-08-25`. */
export function toFeedLine(read: FeedRead): string {
  const { publishedAt, facts, advisories, table, takenBack, rejected, datedAhead = 0 } = read;
  const parts = [
    ...(facts > 0 ? [`facts about ${facts} names`] : []),
    ...(advisories > 0 ? [`${advisories} advisories`] : []),
    ...(table === undefined
      ? []
      : [`decision table ${table.name}, version ${table.version}, ${table.rows} rows`]),
    ...(takenBack > 0 ? [`${takenBack} taken back`] : []),
    ...(datedAhead > 0 ? [`${datedAhead} dated ahead and taken as of now`] : []),
    ...(rejected.length > 0 ? [`${rejected.length} rejected`] : []),
  ];
  return `${parts.join(', ') || 'nothing'}, of ${publishedAt.slice(0, 10)}`;
}
