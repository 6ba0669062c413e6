/** What a report item means. */
import { type Severity, severityOfScore } from '../../domain/severity.ts';
import type { AssetRef, Defect, Observation } from '../../domain/statement.ts';
import type { XmlElement } from '../../platform/xml-stream.ts';
import { shortened } from '../loose-values.ts';
import { textOf, textsOf } from './elements.ts';
import type { Host } from './hosts.ts';
import { installationsIn } from './plugin-output.ts';

export const TOOL = 'Nessus';

/** A finding, what is only counted, or what is wrong with the item. */
export type ReadItem = Observation | 'informational' | 'passed' | { readonly unreadable: string };

export function readItem(item: XmlElement, host: Host): ReadItem {
  const plugin = item.attributes.get('pluginID')?.trim() ?? '';
  if (plugin === '') return { unreadable: 'the item names no plugin (pluginID)' };
  const severity = severityOf(item);
  if (severity === undefined) return { unreadable: `plugin ${shortened(plugin)} states no severity` };
  return isCheck(item) ? readCheck(item, severity, host.asset) : readPlugin(item, plugin, severity, host);
}

const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ['4', 'critical'],
  ['3', 'high'],
  ['2', 'medium'],
  ['1', 'low'],
  ['0', 'info'],
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['none', 'info'],
]);

function severityOf(item: XmlElement): Severity | undefined {
  const stated = item.attributes.get('severity')?.trim() ?? textOf(item, 'risk_factor')?.toLowerCase();
  return SEVERITIES.get(stated ?? '');
}

function readPlugin(item: XmlElement, plugin: string, severity: Severity, host: Host): ReadItem {
  const cves = [...new Set(textsOf(item, 'cve'))];
  if (severity === 'info' && cves.length === 0) return 'informational';
  const output = textOf(item, 'plugin_output') ?? '';
  const place = addressIn(output) ?? serviceOf(item);
  const installations = installationsIn(output);
  const fixes = new Set(installations.flatMap(({ fixedVersions }) => fixedVersions));
  const rating = ratingOf(item);
  return {
    ...finding(host.asset, severity),
    class: 'vulnerability',
    defects:
      cves.length === 0
        ? [{ kind: 'rule', tool: TOOL, id: plugin }]
        : cves.map((id): Defect => ({ kind: 'vulnerability', id, aliases: [] })),
    location: place === undefined ? undefined : { file: place },
    occurrences:
      installations.length === 0
        ? [{ path: place }]
        : installations.map(({ version, path }) => ({ version, path: path ?? place })),
    score: rating?.score,
    about: {
      title: titleOf(item),
      description: textOf(item, 'description') ?? textOf(item, 'synopsis'),
      url: /^\d+$/.test(plugin)
        ? `https://www.tenable.com/plugins/${host.isWebApplication ? 'was' : 'nessus'}/${plugin}`
        : linkIn(textOf(item, 'see_also')),
      vector: rating?.vector,
      publishedAt: dateOf(textOf(item, 'vuln_publication_date')),
    },
    fix: fixOf(textOf(item, 'solution'), [...fixes]),
    assessment: textOf(item, 'exploit_available') === 'true' ? { exploit: 'available' } : undefined,
  };
}

function finding(
  asset: AssetRef,
  severity: Severity,
): Pick<Observation, 'kind' | 'asset' | 'life' | 'severity' | 'setAside' | 'labels'> {
  return { kind: 'observation', asset, life: { state: 'open' }, severity, setAside: [], labels: [] };
}

/** `tcp/443`; a plugin that looked at the host itself says port 0. The name of the service is a guess of Nessus. */
function serviceOf(item: XmlElement): string | undefined {
  const port = item.attributes.get('port')?.trim() ?? '';
  if (!/^[1-9]\d*$/.test(port)) return undefined;
  return `${item.attributes.get('protocol')?.trim().toLowerCase() || 'tcp'}/${port}`;
}

/** Where the scanner of web applications found it: many items differ in nothing else. */
function addressIn(output: string): string | undefined {
  return /\bdetected on URL '([^'\s]{1,2000})'/.exec(output)?.[1];
}

function titleOf(item: XmlElement): string | undefined {
  return item.attributes.get('pluginName')?.trim() || textOf(item, 'plugin_name');
}

/** Elements of a version of CVSS; 3 before 4 before 2. The scanner of web applications has two of its own. */
const RATINGS = [
  { scores: ['cvss3_base_score', 'cvssv3'], vector: 'cvss3_vector' },
  { scores: ['cvss4_base_score'], vector: 'cvss4_vector' },
  { scores: ['cvss_base_score', 'cvss'], vector: 'cvss_vector' },
];

function ratingOf(item: XmlElement): { score: number; vector: string | undefined } | undefined {
  for (const { scores, vector } of RATINGS) {
    const score = Number(scores.map((name) => textOf(item, name)).find((text) => text !== undefined));
    if (severityOfScore(score) === 'unknown' || score === 0) continue;
    return { score, vector: textOf(item, vector)?.replace(/^CVSS2#/, '') };
  }
  return undefined;
}

/** `2021/12/10`, a day without a place: taken as UTC. */
function dateOf(text: string | undefined): number | undefined {
  const [, year, month, day] = /^(\d{4})[/-](\d{2})[/-](\d{2})$/.exec(text ?? '') ?? [];
  const time = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}

function linkIn(text: string | undefined): string | undefined {
  return text?.split(/\s+/).find((word) => /^https?:\/\//.test(word));
}

function fixOf(solution: string | undefined, versions: readonly string[]): Observation['fix'] {
  const text = solution === undefined || /^n\/?a$/i.test(solution) ? undefined : solution;
  return text === undefined && versions.length === 0 ? undefined : { versions, text };
}

/** A check of a policy: the same plugin makes all of them. */
function isCheck(item: XmlElement): boolean {
  return (
    textOf(item, 'compliance') === 'true' ||
    item.attributes.get('pluginFamily') === 'Policy Compliance' ||
    textOf(item, 'compliance-result') !== undefined
  );
}

/** Before there were elements for it, a description began with `"NAME" : [FAILED]`. */
const DESCRIBED = /^"(.{1,500}?)"\s*:\s*\[([A-Z]+)\]/s;

const NOT_FAILED: ReadonlySet<string> = new Set(['PASSED', 'INFO', 'SKIPPED']);

function readCheck(item: XmlElement, severity: Severity, asset: AssetRef): ReadItem {
  const description = textOf(item, 'description');
  const [, described, word] = DESCRIBED.exec(description ?? '') ?? [];
  const result = (textOf(item, 'compliance-result') ?? word)?.toUpperCase();
  const name = textOf(item, 'compliance-check-name') ?? described ?? textOf(item, 'compliance-check-id');
  // What a policy's plugin says of itself.
  if (result === undefined && severity === 'info') return 'informational';
  if (result !== undefined && NOT_FAILED.has(result)) return result === 'PASSED' ? 'passed' : 'informational';
  if (name === undefined) return { unreadable: 'the check has no name (compliance-check-name)' };
  return {
    // A check that could not be made says nothing about how bad it is.
    ...finding(asset, result === 'ERROR' ? 'unknown' : severity),
    class: 'misconfiguration',
    defects: [{ kind: 'rule', tool: TOOL, id: name }],
    occurrences: [{}],
    about: {
      title: result === 'ERROR' ? `${name} (could not be checked)` : name,
      description: textOf(item, 'compliance-info') ?? description,
      url: linkIn(textOf(item, 'compliance-see-also') ?? textOf(item, 'see_also')),
    },
    fix: fixOf(textOf(item, 'compliance-solution') ?? textOf(item, 'solution'), []),
  };
}
