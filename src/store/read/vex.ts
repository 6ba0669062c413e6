import { VexDocument } from '../../domain/vex-document.ts';
import type { Db } from '../db.ts';

/** Of two revisions of one moment the one recorded later counts. */
export async function loadVexDocuments(db: Db): Promise<readonly VexDocument[]> {
  const rows = await db.all<{ content: string }>(
    `SELECT content FROM (
       SELECT id, content, row_number() OVER (PARTITION BY issuer, document ORDER BY valid_at DESC, id DESC) AS n
       FROM vex_document) ranked
     WHERE n = 1 ORDER BY id`,
  );
  return rows.map(({ content }) => VexDocument.parse(JSON.parse(content)));
}
