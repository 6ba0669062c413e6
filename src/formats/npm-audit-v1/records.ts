/** What the advisories of npm 6 mean, and of pnpm and Yarn, which write the same. */
import type { Observation, Occurrence } from '../../domain/statement.ts';
import { packageUrl } from '../../platform/package-url.ts';
import { asObject, type JsonObject, objectsOf, shortened, textOf, textsOf, timeOf } from '../loose-values.ts';
import { npmDefectsOf, npmPatchesOf, npmRatingOf, npmSeverityOf } from '../npm-advisory.ts';

const MOST_PLACES = 500;

/** The observation, or what is wrong with the advisory; `key` is its name in the list. */
export function advisoryOf(value: unknown, key: string): Observation | string {
  const advisory = asObject(value);
  if (advisory === undefined) return 'the advisory is not an object';
  // The first audits of npm 6 wrote `module`.
  const name = textOf(advisory, 'module_name') ?? textOf(advisory, 'module') ?? textOf(advisory, 'name');
  if (name === undefined) return `${shortened(key)} names no package (module_name)`;
  const defects = npmDefectsOf(advisory, numberOfAdvisory(advisory, key), textsOf(advisory, 'cves'));
  if (defects === undefined) return `the advisory about ${shortened(name)} has no id`;
  const occurrences = occurrencesOf(advisory);
  const versions = new Set(occurrences.map(({ version }) => version));
  const version = versions.size === 1 ? occurrences[0]?.version : undefined;
  const rating = npmRatingOf(advisory);
  return {
    kind: 'observation',
    class: 'vulnerability',
    defects,
    component: { purl: packageUrl('npm', name, version), version },
    occurrences: occurrences.slice(0, MOST_PLACES),
    life: { state: 'open' },
    severity: npmSeverityOf(advisory),
    score: rating.score,
    about: {
      title: textOf(advisory, 'title'),
      description: textOf(advisory, 'overview'),
      url: textOf(advisory, 'url'),
      vector: rating.vector,
      publishedAt: timeOf(advisory, 'created'),
    },
    fix: fixOf(advisory),
    setAside: [],
    labels: [],
  };
}

/** How many ways of dependencies lead to the package. */
export function pathCountOf(value: unknown): number {
  return objectsOf(asObject(value), 'findings').reduce(
    (sum, finding) => sum + (Array.isArray(finding.paths) ? finding.paths.length : 0),
    0,
  );
}

function numberOfAdvisory(advisory: JsonObject, key: string): string | undefined {
  const id = advisory.id;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  return textOf(advisory, 'id') ?? (/^\d{1,15}$/.test(key) ? key : undefined);
}

function occurrencesOf(advisory: JsonObject): readonly Occurrence[] {
  return objectsOf(advisory, 'findings').flatMap((finding): readonly Occurrence[] => {
    const version = textOf(finding, 'version');
    const paths = textsOf(finding, 'paths');
    return paths.length === 0 ? [{ version }] : paths.map((path) => ({ version, path }));
  });
}

function fixOf(advisory: JsonObject): Observation['fix'] {
  const versions = npmPatchesOf(advisory);
  const text = textOf(advisory, 'recommendation');
  return versions.length === 0 && text === undefined
    ? undefined
    : { versions: [...new Set(versions)], text: text && shortened(text) };
}
