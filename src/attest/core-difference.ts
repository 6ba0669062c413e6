/** What became of a verdict: sentences that tell one core from another. */
import * as z from 'zod';
import { GatehouseError } from '../domain/errors.ts';
import { VERDICTS } from '../domain/verdict.ts';
import { canonicalJson } from '../platform/canonical-json.ts';

const Name = z.looseObject({
  asset: z.looseObject({ kind: z.string(), name: z.string() }),
  defect: z.string().optional(),
  place: z.string().optional(),
});

/** As much of a core as a comparison speaks of by name; all else is compared as it is. */
const ComparedCore = z.looseObject({
  verdict: z.enum(VERDICTS),
  reasons: z.array(
    z.looseObject({ rule: z.string(), effect: z.string(), message: z.string(), findings: z.array(Name) }),
  ),
  rules: z.array(z.looseObject({ rule: z.string(), outcome: z.string() })),
});
type ComparedCore = z.infer<typeof ComparedCore>;
type ComparedReason = ComparedCore['reasons'][number];

/** @throws GatehouseError `input-invalid` when the text is no core */
export function readCore(text: string): ComparedCore {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GatehouseError('input-invalid', 'this is no kept verdict: not JSON', { cause });
  }
  const read = ComparedCore.safeParse(value);
  if (read.success) return read.data;
  const at = read.error.issues[0]?.path.join('.') || 'document';
  throw new GatehouseError('input-invalid', `this is no kept verdict: ${at}`);
}

/** Empty exactly when both are the same, byte for byte. */
export function differencesOf(was: ComparedCore, is: ComparedCore): readonly string[] {
  return [
    ...(was.verdict === is.verdict ? [] : [`the verdict was ${was.verdict} and is ${is.verdict}`]),
    ...reasonDifferences(was.reasons, is.reasons),
    ...ruleDifferences(was.rules, is.rules),
    ...otherDifferences(was, is),
  ];
}

const FINDINGS_NAMED = 5;

function reasonDifferences(was: readonly ComparedReason[], is: readonly ComparedReason[]): readonly string[] {
  const [before, after] = [byRule(was), byRule(is)];
  const said = [...new Set([...before.keys(), ...after.keys()])].flatMap((key) =>
    ofOneRule(before.get(key) ?? [], after.get(key) ?? []),
  );
  if (said.length > 0 || canonicalJson(was) === canonicalJson(is)) return said;
  return ['the reasons stand in another order'];
}

function byRule(reasons: readonly ComparedReason[]): ReadonlyMap<string, readonly ComparedReason[]> {
  return Map.groupBy(reasons, ({ rule, effect }) => `${effect} ${rule}`);
}

/** Of one rule with one effect there may be several reasons, one per message. */
function ofOneRule(was: readonly ComparedReason[], is: readonly ComparedReason[]): readonly string[] {
  if (canonicalJson(was) === canonicalJson(is)) return [];
  const [{ rule = '', effect = '' } = {}] = [...is, ...was];
  const who = `${rule} (${effect})`;
  const messages = (reasons: readonly ComparedReason[]): string =>
    reasons.map(({ message }) => message).join('; ');
  const [before, after] = [namesIn(was), namesIn(is)];
  const more = [...after].filter((name) => !before.has(name));
  const fewer = [...before].filter((name) => !after.has(name));
  const sentence =
    was.length === 0
      ? `${who} now says: ${messages(is)}`
      : is.length === 0
        ? `${who} no longer says: ${messages(was)}`
        : messages(was) === messages(is)
          ? undefined
          : `${who} said: ${messages(was)}; it now says: ${messages(is)}`;
  const differences = [
    ...(sentence === undefined ? [] : [sentence]),
    ...(more.length === 0 ? [] : [`${who} now holds against ${list(more)}`]),
    ...(fewer.length === 0 ? [] : [`${who} no longer holds against ${list(fewer)}`]),
  ];
  return differences.length > 0 ? differences : [`${who} names its findings otherwise`];
}

function namesIn(reasons: readonly ComparedReason[]): ReadonlySet<string> {
  return new Set(reasons.flatMap(({ findings }) => findings.map(showName)));
}

function showName({ asset, defect, place }: z.infer<typeof Name>): string {
  return `${defect ?? 'a finding'}${place === undefined ? '' : ` in ${place}`} on ${asset.kind}:${asset.name}`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, FINDINGS_NAMED);
  const more = names.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [`${more} more`])].join(', ');
}

function ruleDifferences(was: ComparedCore['rules'], is: ComparedCore['rules']): readonly string[] {
  const before = new Map(was.map((one) => [one.rule, one]));
  const after = new Map(is.map((one) => [one.rule, one]));
  const said = [...new Set([...before.keys(), ...after.keys()])].flatMap((rule) => {
    const [old, now] = [before.get(rule)?.outcome, after.get(rule)?.outcome];
    if (old === now) return [];
    return [`the rule ${rule} was ${old ?? 'not known'} and is ${now ?? 'not known'}`];
  });
  if (said.length > 0 || canonicalJson(was) === canonicalJson(is)) return said;
  return ['the rules act otherwise'];
}

const SAID_ABOVE = new Set(['verdict', 'reasons', 'rules']);

function otherDifferences(was: ComparedCore, is: ComparedCore): readonly string[] {
  const others = (core: ComparedCore): Members =>
    Object.fromEntries(Object.entries(core).filter(([key]) => !SAID_ABOVE.has(key)));
  return memberDifferences(others(was), others(is), '');
}

type Members = Readonly<Record<string, unknown>>;

function memberDifferences(was: Members, is: Members, within: string): readonly string[] {
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...keys].sort().flatMap((key) => {
    const [old, now] = [was[key], is[key]];
    const [written, rewritten] = [shown(old), shown(now)];
    if (written === rewritten) return [];
    if (isMembers(old) && isMembers(now)) return memberDifferences(old, now, `${within}${key}.`);
    if (written.length + rewritten.length > 120) return [`${within}${key} is another`];
    return [`${within}${key} was ${written} and is ${rewritten}`];
  });
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : canonicalJson(value);
}
