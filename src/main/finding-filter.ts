/** The options by which commands select findings. */
import type { Filter } from '../domain/filter.ts';
import { normaliseName } from '../domain/names.ts';
import { parseAsset } from './assets.ts';
import { type Configuration, scopeNamed } from './configuration.ts';
import { severitiesOf } from './severities.ts';

export interface FindingOptions {
  readonly severity?: string;
  readonly vulnerability?: readonly string[];
  readonly asset?: string;
  readonly scope?: string;
}

/** All that is given must hold; nothing given selects everything. */
export function filterOf(
  { severity, vulnerability, asset, scope }: FindingOptions,
  configuration: Pick<Configuration, 'scopes'>,
): Filter {
  const of: Filter[] = [];
  if (severity !== undefined) of.push({ op: 'severity', in: severitiesOf(severity) });
  if (vulnerability !== undefined) of.push({ op: 'defect', in: vulnerability.map(normaliseName) });
  if (asset !== undefined) of.push({ op: 'asset', in: [parseAsset(asset)] });
  if (scope !== undefined) of.push({ op: 'scope', scope: scopeNamed(configuration, scope) });
  return { op: 'all', of };
}
