/** What the fields of an alert mean. ZAP writes texts as HTML, every value as text. */
import type { Severity } from '../../domain/severity.ts';
import type { AssetRef, Defect, Observation, Occurrence, SourceSetAside } from '../../domain/statement.ts';
import { asObject, type JsonObject, listOf, numberOf, objectsOf, textOf, timeOf } from '../loose-values.ts';

export const TOOL = 'ZAP';

/** A site is a scheme, a host and a port. */
export function siteOf(site: JsonObject | undefined): AssetRef | undefined {
  const host = textOf(site, '@host');
  const stated = textOf(site, '@name')?.replace(/\/+$/, '');
  if (stated !== undefined && stated !== '') return { kind: 'host', name: stated };
  if (host === undefined) return undefined;
  const isSecure = String(site?.['@ssl']) === 'true';
  const port = numberOf(site, '@port');
  const isUsual = port === undefined || port === (isSecure ? 443 : 80);
  return { kind: 'host', name: `${isSecure ? 'https' : 'http'}://${host}${isUsual ? '' : `:${port}`}` };
}

/** The observation, or what is wrong with the alert. `occurrences` are its instances. */
export function alertOf(
  value: unknown,
  asset: AssetRef | undefined,
  occurrences: readonly Occurrence[],
): Observation | string {
  const alert = asObject(value);
  if (alert === undefined) return 'the alert is not an object';
  const title = plain(textOf(alert, 'alert') ?? textOf(alert, 'name'));
  const rule = idOf(alert, 'alertRef') ?? idOf(alert, 'pluginid') ?? title;
  if (rule === undefined) return 'the alert names no rule (alertRef, pluginid)';
  if (alert.instances !== undefined && alert.instances !== null && !Array.isArray(alert.instances)) {
    return `the instances of ${rule} are no list`;
  }
  const carried = carriedVulnerabilities(alert);
  const solution = plain(textOf(alert, 'solution'));
  return {
    kind: 'observation',
    class: carried.length > 0 ? 'vulnerability' : 'code',
    asset,
    defects: carried.length > 0 ? carried : [{ kind: 'rule', tool: TOOL, id: rule }],
    occurrences: occurrences.length > 0 ? occurrences : [instanceOf(alert) ?? {}],
    life: { state: 'open' },
    severity: severityOf(alert),
    about: { title, description: plain(textOf(alert, 'desc')), url: linkOf(alert) },
    fix: solution === undefined ? undefined : { versions: [], text: solution },
    setAside: setAsideOf(alert),
    labels: [],
  };
}

/** `10055-13` or the number alone; -1 is an alert of no rule. */
function idOf(alert: JsonObject, name: string): string | undefined {
  const value = alert[name];
  const text = typeof value === 'number' ? String(value) : textOf(alert, name);
  return text === '-1' ? undefined : text;
}

/** Where an alert was raised: method, path and parameter. The query, which may hold the attack, is no part of it. */
export function instanceOf(value: unknown): Occurrence | undefined {
  const instance = asObject(value);
  const uri = textOf(instance, 'uri') ?? textOf(instance, 'url');
  if (uri === undefined) return undefined;
  const [place = ''] = (plain(uri) ?? '').split(/[?#]/, 1);
  const parameter = plain(textOf(instance, 'param'));
  const parts = [textOf(instance, 'method'), place, parameter === undefined ? undefined : `(${parameter})`];
  return { path: parts.filter((part) => part !== undefined).join(' ') };
}

const RISKS: readonly Severity[] = ['info', 'low', 'medium', 'high'];
const WORDS: ReadonlyMap<string, Severity> = new Map([
  ['informational', 'info'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
]);

function severityOf(alert: JsonObject): Severity {
  const risk = RISKS[numberOf(alert, 'riskcode') ?? -1];
  const word = textOf(alert, 'riskdesc')?.split(' ', 1)[0]?.toLowerCase() ?? '';
  return risk ?? WORDS.get(word) ?? 'unknown';
}

/** Confidence 0: somebody marked the alert, or has a filter that does. */
function setAsideOf(alert: JsonObject): readonly SourceSetAside[] {
  const isFalsePositive =
    numberOf(alert, 'confidence') === 0 || /^false positive/i.test(textOf(alert, 'riskdesc') ?? '');
  return isFalsePositive
    ? [{ kind: 'suppression', issuer: TOOL, reason: 'marked as a false positive in ZAP' }]
    : [];
}

/** Rules about one published vulnerability (Log4Shell), and libraries with known ones, are tagged with its id. */
function carriedVulnerabilities(alert: JsonObject): readonly Defect[] {
  const listed = objectsOf(alert, 'tags').map((tag) => textOf(tag, 'tag'));
  const ids = listed.filter((tag) => tag !== undefined && /^CVE-\d{4}-\d{4,}$/i.test(tag));
  return [...new Set(ids)].map((id) => ({ kind: 'vulnerability', id: id ?? '', aliases: [] }));
}

function linkOf(alert: JsonObject): string | undefined {
  return /https?:\/\/[^\s<>"]+/.exec(plain(textOf(alert, 'reference')) ?? '')?.[0];
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&apos;', "'"],
  ['&amp;', '&'],
]);

/** The text of HTML as ZAP writes it: paragraphs, and nothing else that is no text. */
function plain(html: string | undefined): string | undefined {
  const text = html
    ?.replace(/<\/p>\s*<p>/gi, '\n')
    .replace(/<\/?p>/gi, '')
    .replace(/&(?:lt|gt|quot|#39|apos|amp);/g, (entity) => ENTITIES.get(entity) ?? entity)
    .trim();
  return text === '' ? undefined : text;
}

/** `created` of newer versions, else `@generated`: `Fri, 4 Feb 2022 13:04:51`, which has no zone and is read as UTC. */
export function createdAtOf(report: JsonObject): number | undefined {
  const created = timeOf(report, 'created');
  if (created !== undefined) return created;
  const generated = textOf(report, '@generated') ?? '';
  if (!/^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d$/.test(generated)) return undefined;
  const time = Date.parse(`${generated} UTC`);
  return Number.isNaN(time) ? undefined : time;
}

/** Errors of the plan that ran the scan. */
export function planErrorsOf(report: JsonObject): readonly string[] {
  return listOf(report, 'afPlanErrors').map((error) => (typeof error === 'string' ? error : 'an error'));
}
