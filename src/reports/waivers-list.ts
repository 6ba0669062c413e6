/** Waivers for people and for machines. */

import { showInstant } from '../domain/instant.ts';
import type { AssetRef } from '../domain/statement.ts';
import type { WaiverSelector } from '../domain/waiver.ts';
import { toIso } from './findings-json.ts';
import { toPlainLine } from './plain-text.ts';

/** What is shown of a waiver, wherever it stands. */
export interface ShownWaiver {
  readonly id: string;
  readonly origin: 'file' | 'store';
  readonly isOverruled: boolean;
  readonly state: string;
  readonly selector: WaiverSelector;
  readonly by: string | undefined;
  readonly requestedBy: string | undefined;
  readonly reason: string;
  readonly from: number | undefined;
  readonly until: number;
  readonly renewal: { readonly by: string; readonly reason: string; readonly until: number } | undefined;
  readonly findings: number;
}

const DAY_MS = 86_400_000;
const SOON_MS = 7 * DAY_MS;

/** Two or three lines. */
export function showWaiver(waiver: ShownWaiver, now: number): string {
  const { id, state, origin, isOverruled, findings, reason, renewal } = waiver;
  const plural = findings === 1 ? 'finding' : 'findings';
  const lines = [
    `${id}  ${state}, ${endOf(waiver, now)}: ${selectorText(waiver.selector)}; ${findings} open ${plural}`,
    `    ${peopleOf(waiver)}: ${reason}`,
  ];
  if (isOverruled) lines.push(`    does not count: a file has a waiver of the same id`);
  if (origin === 'file') lines.push(`    stands in a file`);
  if (renewal !== undefined)
    lines.push(`    ${renewal.by} asks for ${showInstant(renewal.until)}: ${renewal.reason}`);
  return lines.map((line) => `${indented(line)}\n`).join('');
}

function indented(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${toPlainLine(line.trimStart())}`;
}

function endOf({ state, until, from }: ShownWaiver, now: number): string {
  if (state !== 'approved') return `until ${showInstant(until)}`;
  if (from !== undefined && now < from) return `from ${showInstant(from)} until ${showInstant(until)}`;
  const left = until - now;
  const warning = left <= SOON_MS ? `, ENDS IN ${daysOf(left)}` : '';
  return `until ${showInstant(until)}${warning}`;
}

function daysOf(ms: number): string {
  const days = Math.ceil(ms / DAY_MS);
  return days === 1 ? '1 DAY' : `${days} DAYS`;
}

function peopleOf({ by, requestedBy }: ShownWaiver): string {
  const asked = requestedBy === undefined ? [] : [`requested by ${requestedBy}`];
  return [...(by === undefined ? [] : [`accepted by ${by}`]), ...asked].join(', ');
}

/** `CVE-2024-1 of pkg:npm/lodash on image:registry/shop in scope edge`. */
export function selectorText({ vulnerability, rule, component, asset, scope }: WaiverSelector): string {
  const what = [vulnerability, rule].filter((one) => one !== undefined).join(' and ');
  return [
    what === '' ? 'every defect' : what,
    ...(component === undefined ? [] : [`of ${component}`]),
    ...(asset === undefined ? [] : [`on ${assetText(asset)}`]),
    ...(scope === undefined ? [] : [`in scope ${scope.name}`]),
  ].join(' ');
}

function assetText({ kind, name }: AssetRef): string {
  return `${kind}:${name}`;
}

/** Every key is always there; what is not known is null. */
export function toWaiverJson(waiver: ShownWaiver): Readonly<Record<string, unknown>> {
  const { selector, renewal } = waiver;
  return {
    id: waiver.id,
    origin: waiver.origin,
    overruled: waiver.isOverruled,
    state: waiver.state,
    vulnerability: selector.vulnerability ?? null,
    component: selector.component ?? null,
    asset: selector.asset === undefined ? null : assetText(selector.asset),
    rule: selector.rule ?? null,
    scope: selector.scope ?? null,
    by: waiver.by ?? null,
    requestedBy: waiver.requestedBy ?? null,
    reason: waiver.reason,
    from: toIso(waiver.from),
    until: toIso(waiver.until),
    renewal:
      renewal === undefined ? null : { by: renewal.by, reason: renewal.reason, until: toIso(renewal.until) },
    findings: waiver.findings,
  };
}
