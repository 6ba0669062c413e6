/** What the fields of a leak mean; version 8 writes them with capitals, those before it without. */
import { SEVERITIES, type Severity } from '../../domain/severity.ts';
import type { AssetRef, Observation } from '../../domain/statement.ts';
import { repositoryNameOf } from '../../platform/repository-name.ts';
import { hashed } from '../hashed.ts';
import { asObject, type JsonObject, numberOf, shortened, textOf } from '../loose-values.ts';
import { sourcePath } from '../source-path.ts';

export const TOOL = 'Gitleaks';

/** The observation, or what is wrong with the leak. */
export function leakOf(value: unknown): Observation | string {
  const leak = asObject(value);
  if (leak === undefined) return 'the leak is not an object';
  const rule = first(leak, ['RuleID', 'rule', 'reason', 'Description']);
  if (rule === undefined) return 'the leak names no rule (RuleID)';
  const named = first(leak, ['File', 'file']);
  if (named === undefined) return `${shortened(rule)} names no file (File)`;
  const file = sourcePath(named);
  const line = (numberOf(leak, 'StartLine') ?? numberOf(leak, 'lineNumber')) || undefined;
  const title = first(leak, ['Description', 'info']);
  return {
    kind: 'observation',
    class: 'secret',
    asset: repositoryOf(leak),
    defects: [{ kind: 'rule', tool: TOOL, id: rule }],
    location: {
      file,
      line,
      column: numberOf(leak, 'StartColumn') || undefined,
      fingerprint: fingerprintOf(leak),
    },
    occurrences: [{ path: textOf(leak, 'SymlinkFile') ?? file, line }],
    life: { state: 'open' },
    severity: severityOf(leak),
    about: { title, description: commitOf(leak), url: first(leak, ['Link', 'leakURL']) },
    setAside: [],
    labels: [],
  };
}

function first(leak: JsonObject, names: readonly string[]): string | undefined {
  return names.map((name) => textOf(leak, name)).find((text) => text !== undefined);
}

/** Written by `--redact`, also for a part of the secret only. */
const REDACTED = /^REDACT(?:ED)?$|\.\.\.$/;

/**
 * A secret is itself wherever it moves in its file, and in whichever commit: it is known by a hash of it, and neither
 * it nor its line is kept. Gitleaks' own fingerprint holds the commit and the line.
 */
function fingerprintOf(leak: JsonObject): string | undefined {
  const secret = first(leak, ['Secret', 'offender', 'Match', 'Context']);
  return secret === undefined || REDACTED.test(secret) ? undefined : hashed(secret);
}

const LEVELS: ReadonlySet<string> = new Set(SEVERITIES);

/** Only old versions knew severities, as people wrote them into their rules. */
function severityOf(leak: JsonObject): Severity {
  const stated = textOf(leak, 'severity')?.toLowerCase() ?? '';
  return isSeverity(stated) ? stated : 'unknown';
}

function isSeverity(text: string): text is Severity {
  return LEVELS.has(text);
}

/** A repository has at least an owner and a name, and either may be called `src`. */
const LINK = /^(https?:\/\/[^/]+\/[^/]+\/.+?)\/(?:-\/)?(?:blob|src|raw|commit)\//;

/** Links lead to the file in its repository: `https://github.com/team/shop/blob/0123abc/file#L7`. */
function repositoryOf(leak: JsonObject): AssetRef | undefined {
  const link = LINK.exec(textOf(leak, 'Link') ?? '')?.[1];
  const name = [textOf(leak, 'repoURL'), link, textOf(leak, 'repo')]
    .map(repositoryNameOf)
    .find((found) => found !== undefined);
  return name === undefined ? undefined : { kind: 'repository', name };
}

function commitOf(leak: JsonObject): string | undefined {
  const commit = first(leak, ['Commit', 'commit']);
  if (commit === undefined || /^0+$/.test(commit)) return undefined;
  const date = first(leak, ['Date', 'date']);
  return `in commit ${shortened(commit)}${date === undefined ? '' : ` of ${shortened(date)}`}`;
}
