/** The parts of a policy in words, each as short as it can be without saying two things alike. */
import { showInstant } from '../domain/instant.ts';
import type { Honour, RuleSetting } from '../domain/policy.ts';
import type { Scope } from '../domain/scope.ts';
import type { Waiver } from '../domain/waiver.ts';

/** `block [atOrAbove: high]`, and what holds instead in scopes. What is off has no parameters to tell. */
export function sayWhole(setting: RuleSetting): string {
  const scoped = (setting.perScope ?? []).map((one) => `; ${saySetting(one)} in ${sayScope(one.scope)}`);
  return `${saySetting(setting)}${scoped.join('')}`;
}

export function saySetting({ action, parameters }: Pick<RuleSetting, 'action' | 'parameters'>): string {
  return action === 'off' ? action : `${action}${sayParameters(parameters)}`;
}

/** ` [atOrAbove: high]`; nothing where there is nothing to say. */
export function sayParameters(parameters: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(parameters)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => `${name}: ${name === 'tables' ? sayTables(value) : written(value)}`);
  return said.length === 0 ? '' : ` [${said.join('; ')}]`;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** A table says too much for a sentence: what it is, and a number by which another of that name is told apart. */
function sayTables(tables: unknown): string {
  return Object.entries(Object(tables))
    .map(([name, table]) => {
      const { name: title, version, mapping } = Object(table);
      const rows = Array.isArray(mapping) ? mapping.length : 0;
      return `${written(name)} (${written(title)} ${written(version)}, ${rows} rows, checksum ${checksumOf(table)})`;
    })
    .join(', ');
}

/** FNV-1a. */
function checksumOf(value: unknown): string {
  let sum = 0x811c9dc5;
  for (const character of JSON.stringify(value))
    sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return sum.toString(16).padStart(8, '0');
}

export function sayHonour({ kind, issuers, fromJudgedScans }: Honour): string {
  const who = issuers === undefined ? 'whoever gives it' : `given by ${written(issuers)}`;
  return `${kind}, ${who}${fromJudgedScans ? ', also in the very scans that are judged' : ''}`;
}

export function sayWaiver(waiver: Waiver): string {
  const { id, by, requestedBy, reason, from, until, scope, asset, ...selected } = waiver;
  const of = [
    ...Object.entries(selected).flatMap(([name, one]) =>
      one === undefined ? [] : [`${name} ${written(one)}`],
    ),
    ...(asset === undefined ? [] : [`asset ${asset.kind}:${written(asset.name)}`]),
    ...(scope === undefined ? [] : [sayScope(scope)]),
  ];
  const began = from === undefined ? '' : ` from ${showInstant(from)}`;
  const asked = requestedBy === undefined ? '' : `, asked for by ${written(requestedBy)}`;
  return `${id}: ${of.join(', ')}${began} until ${showInstant(until)}, accepted by ${written(by)}${asked}: ${reason}`;
}

export function sayScope({ name, ...parts }: Scope): string {
  const said = Object.entries(parts).flatMap(([part, value]) =>
    value === undefined ? [] : [`${part} ${written(value)}`],
  );
  return `scope ${written(name)}${said.length === 0 ? '' : ` (${said.join('; ')})`}`;
}

/** In a line; quoted where it could be taken for more than one thing. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(written).join(', ');
  if (typeof value === 'string') return /^[^\s,;:"()[\]]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const said = Object.entries(value)
    .filter(([, own]) => own !== undefined)
    .map(([name, own]) => `${name} ${written(own)}`);
  return said.join(', ') || 'none';
}
