/** VEX documents as their authors wrote them: revisions appended, never changed. */
import { GatehouseError } from '../../domain/errors.ts';
import { VexDocument } from '../../domain/vex-document.ts';
import type { Db } from '../db.ts';
import type { VexRecorded } from '../store.ts';

export async function recordVex(db: Db, given: VexDocument, recordedAt: number): Promise<VexRecorded> {
  const read = VexDocument.safeParse(given);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new GatehouseError('input-invalid', `VEX document: ${problems.join('; ')}`);
  }
  const { id: document, issuer, validAt } = read.data;
  const content = JSON.stringify(read.data);
  return await db.transaction(async () => {
    const known = await db.all<{ valid_at: number; content: string }>(
      'SELECT valid_at, content FROM vex_document WHERE issuer = ? AND document = ?',
      [issuer, document],
    );
    if (known.some((row) => row.content === content)) return 'unchanged';
    const id = await db.allocate('vex_document', 1);
    await db.insert('vex_document', [[id, issuer, document, validAt, recordedAt, content]]);
    if (known.length === 0) return 'created';
    return known.some((row) => row.valid_at > validAt) ? 'outdated' : 'updated';
  });
}
