/** All that is known of findings, and why each is one. */
import type { Explanation } from '../domain/explanation.ts';
import type { Finding, FindingDetail } from '../domain/finding.ts';
import type { StoreReader } from '../store/store.ts';

/** One that went while it was asked for is left out. */
export async function explain(
  reader: StoreReader,
  findings: readonly Finding[],
): Promise<readonly { readonly finding: FindingDetail; readonly explanation: Explanation }[]> {
  const explained = await Promise.all(
    findings.map(async ({ id }) => {
      const [finding, explanation] = await Promise.all([reader.finding(id), reader.explanation(id)]);
      return finding === undefined || explanation === undefined ? [] : [{ finding, explanation }];
    }),
  );
  return explained.flat();
}
