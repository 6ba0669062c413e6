import { hashed } from '../hashed.ts';
import { type JsonObject, objectOf, textOf } from '../loose-values.ts';

/** Some scanners write this in place of a fingerprint to users who are not logged in: equal for all results. */
const PLACEHOLDER = /requires?[\s_-]*log-?in|log-?in[\s_-]*required/i;

/** Contributions that change with the file or the commit, so that every edit would look like a new defect. */
const UNSTABLE = /column|file-?hash|commit|author|e-?mail|date/i;

/**
 * The tool's own fingerprint of a result: a whole one, else the hash of its line (which is what other readers of SARIF
 * go by), else what remains of the partial ones, hashed together; undefined where there is none.
 */
export function fingerprintOf(result: JsonObject): string | undefined {
  const [whole] = usable(objectOf(result, 'fingerprints'));
  if (whole !== undefined) return whole.value;
  const partial = usable(objectOf(result, 'partialFingerprints'));
  const line = partial.find(({ name }) => name.split('/')[0] === 'primaryLocationLineHash');
  if (line !== undefined) return line.value;
  const stable = partial.filter(({ name }) => !UNSTABLE.test(name));
  if (stable.length > 0) return hashed(JSON.stringify(stable));
  return textOf(result, 'correlationGuid');
}

function usable(fingerprints: JsonObject | undefined): { name: string; value: string }[] {
  return Object.keys(fingerprints ?? {})
    .sort()
    .map((name) => ({ name, value: textOf(fingerprints, name) ?? '' }))
    .filter(({ value }) => value !== '' && !PLACEHOLDER.test(value));
}
