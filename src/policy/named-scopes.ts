/** A policy may say the name of a scope where a scope is expected; whoever reads the policy knows the scopes. */
import type { Scope } from '../domain/scope.ts';

/**
 * The document with every scope of a rule or a waiver that is given by name written out. A name that nobody knows
 * stays as it is, and is then a problem at its place.
 */
export function withScopesWrittenOut(document: unknown, scopes: readonly Scope[]): unknown {
  if (!isMapping(document)) return document;
  const known = new Map(scopes.map((scope) => [scope.name, scope]));
  const written = { ...document };
  if (Array.isArray(document.waivers)) written.waivers = document.waivers.map((one) => named(one, known));
  if (isMapping(document.rules)) {
    written.rules = Object.fromEntries(
      Object.entries(document.rules).map(([id, rule]) => [
        id,
        isMapping(rule) && Array.isArray(rule.perScope)
          ? { ...rule, perScope: rule.perScope.map((one) => named(one, known)) }
          : rule,
      ]),
    );
  }
  return written;
}

function named(holder: unknown, known: ReadonlyMap<string, Scope>): unknown {
  if (!isMapping(holder) || typeof holder.scope !== 'string') return holder;
  return { ...holder, scope: known.get(holder.scope) ?? holder.scope };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
