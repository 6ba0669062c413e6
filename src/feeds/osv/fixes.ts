import * as z from 'zod';
import type { AdvisedFix } from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { parsePackageUrl } from '../../platform/package-url.ts';

/** `affected[]` of a record: https://ossf.github.io/osv-schema/#affected-fields. */
const Affected = z.object({
  package: z.object({
    ecosystem: z.string(),
    name: z.string().min(1),
    purl: z.string().optional().catch(undefined),
  }),
  ranges: z
    .array(
      z.object({
        type: z.string(),
        events: z.array(z.object({ fixed: z.string().optional().catch(undefined) })),
      }),
    )
    .catch([]),
});

/** Commits are no versions that a package manager could be asked for. */
const VERSIONED: ReadonlySet<string> = new Set(['SEMVER', 'ECOSYSTEM']);
/** An event at zero says that the package was never affected. */
const NO_VERSION = '0';

/**
 * The versions that end each range, by package. A release of a distribution (`Debian:12`) has fixes of its own, which
 * package URLs without a version cannot be told apart by: it says nothing here.
 */
export function fixesOf(affected: readonly unknown[]): readonly AdvisedFix[] {
  const fixes = new Map<string, Set<string>>();
  for (const entry of affected) {
    const read = Affected.safeParse(entry);
    if (!read.success || read.data.package.ecosystem.includes(':')) continue;
    const versions = read.data.ranges
      .filter(({ type }) => VERSIONED.has(type))
      .flatMap(({ events }) => events.flatMap(({ fixed }) => fixed ?? []))
      .filter((version) => version !== NO_VERSION);
    if (versions.length === 0) continue;
    const component = componentOf(read.data.package);
    fixes.set(component, new Set([...(fixes.get(component) ?? []), ...versions]));
  }
  return [...fixes].map(([component, versions]) => ({ component, versions: [...versions] }));
}

function componentOf({ ecosystem, name, purl = '' }: z.output<typeof Affected>['package']): string {
  return parsePackageUrl(purl) === undefined ? ecosystemPackageUrl(ecosystem, name, undefined) : purl;
}
