/** A command line that must be refused: with which words, and leaving the store as it was. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { storeRows } from './store-rows.ts';
import { type TrialLine, trialLine } from './trial-line.ts';
import { trivyScan } from './trivy-scan.ts';

/** In the environment, in files and in answers: it must appear in no output. */
export const TOKEN = `dt0c01.${'K'.repeat(24)}.${'S3CRET'.repeat(10)}SAFE`;

export const SCAN = trivyScan({
  entries: [
    { id: 'CVE-2024-1001', severity: 'CRITICAL', fixed: '2.0.0' },
    { id: 'CVE-2024-1002', severity: 'LOW' },
  ],
});

/** A folder with a scan, and a store that holds it already. */
export async function lineWithStore(files: Readonly<Record<string, string>> = {}): Promise<TrialLine> {
  const line = await trialLine({ 'good.json': SCAN });
  const { exitCode, message } = await line.run(['import', 'good.json', '--asset', 'image:seed']);
  assert.equal(exitCode, 0, message);
  for (const [name, text] of Object.entries(files)) await line.write(name, text);
  return line;
}

export interface RefusalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Tables that such a command may write all the same: a run that came to nothing is known as one. */
  readonly mayWrite?: readonly string[];
}

/**
 * All that was said. Fails when the line is not refused (exit 2), when an expected word is missing, when a token is
 * shown, or when the store holds something else than before. What is no error of ours is thrown as it is: a bug fails.
 */
export async function assertRefused(
  line: TrialLine,
  args: readonly string[],
  says: readonly RegExp[],
  { env = {}, mayWrite = [] }: RefusalOptions = {},
): Promise<string> {
  const store = join(line.path, '.gatehouse', 'gatehouse.db');
  const before = storeRows(store, mayWrite);
  const { exitCode, message, stdout, stderr } = await line.run(args, { env: { TOKEN, ...env } });
  const said = [message, stderr, stdout].join('\n');
  assert.ok(
    exitCode === undefined || exitCode === 2,
    `gatehouse ${args.join(' ')} ended with ${exitCode}\n${said}`,
  );
  for (const word of says) assert.match(said, word);
  assertSafe(said);
  assert.deepEqual(storeRows(store, mayWrite), before, 'the store was changed');
  return said;
}

/** No stack, and nothing of a token but its public part. */
export function assertSafe(said: string): void {
  assert.doesNotMatch(said, /a bug in Gatehouse|^ {4}at /m);
  assert.ok(!said.includes('S3CRET'), `a token is shown:\n${said}`);
}
