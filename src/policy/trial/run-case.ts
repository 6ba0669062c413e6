/** Judges a case, and says in words where the verdict is not the one that was expected. */
import type { Finding } from '../../domain/finding.ts';
import type { Policy } from '../../domain/policy.ts';
import type { PathToGo, Verdict } from '../../domain/verdict.ts';
import { decide } from '../decide.ts';
import { nameOf } from '../worst-first.ts';
import type { Case } from './case.ts';
import { inputOf } from './case-input.ts';

export type Expected = Case['expect'];

export interface CaseResult {
  readonly expected: Expected;
  /** In the same words. */
  readonly actual: Expected;
  /** One for each difference; none: it is as expected. */
  readonly differences: readonly string[];
}

/** By its own policy where it has one, which is then what the case is about. */
export function runCase(one: Case, underTest: Policy): CaseResult {
  const actual = saidOf(decide(inputOf(one, one.policy ?? underTest)), one.expect);
  return { expected: one.expect, actual, differences: differencesOf(one.expect, actual) };
}

/** The verdict in the words of a case; of the path to GO, what the case is about. */
function saidOf({ verdict, reasons, setAside, pathToGo }: Verdict, wanted: Expected): Expected {
  return {
    verdict,
    reasons: reasons.map((reason) => ({ ...reason, findings: reason.findings.map(called) })),
    setAside: setAside.map(({ finding, kind, issuer, honoured, note }) => ({
      finding: called(finding),
      kind,
      issuer,
      honoured,
      ...(note === undefined ? {} : { note }),
    })),
    ...(wanted.pathToGo === undefined ? {} : { pathToGo: pathSaid(pathToGo, wanted.pathToGo) }),
  };
}

function called(finding: Finding): string {
  return nameOf(finding) ?? '';
}

function pathSaid(
  path: PathToGo,
  wanted: NonNullable<Expected['pathToGo']>,
): NonNullable<Expected['pathToGo']> {
  return {
    upgrades: path.upgrades.map(
      ({ asset, component, from, to, options, moves = [] }) =>
        `${asset}: ${component} ${from.join(', ')} to ${to ?? `one of ${options.join(', ')}`}${
          moves.length > 1 ? ` (${moves.map((move) => `${move.from} to ${move.to}`).join(', ')})` : ''
        }`,
    ),
    corrections: path.corrections.map(called),
    waivers: path.waivers.map(called),
    evidence: [...path.evidence],
    ...(wanted.groups && {
      groups: (path.groups ?? []).map(
        ({ component, from, to, options, assets, findings }) =>
          `${component} ${from.join(', ')} to ${to ?? `one of ${options.join(', ')}`} on ${assets.join(', ')}: ${findings}`,
      ),
    }),
    ...(wanted.owners && {
      owners: (path.owners ?? []).map(
        ({ owner, assets, upgrades, corrections, waivers }) =>
          `${owner ?? 'nobody'} on ${assets.join(', ')}: ${upgrades} ${corrections} ${waivers}`,
      ),
    }),
    ...(wanted.partial && {
      partial: (path.partial ?? []).map(
        ({ asset, component, advice, waivers, why }) => `${asset}: ${component} ${advice} ${waivers}: ${why}`,
      ),
    }),
  };
}

function differencesOf(expected: Expected, actual: Expected): readonly string[] {
  return [
    ...(expected.verdict === actual.verdict
      ? []
      : [`the verdict is ${actual.verdict}, expected was ${expected.verdict}`]),
    ...listDifferences('reason', expected.reasons.map(sayReason), actual.reasons.map(sayReason)),
    ...listDifferences('set aside', expected.setAside.map(saySetAside), actual.setAside.map(saySetAside)),
    ...Object.entries(expected.pathToGo ?? {}).flatMap(([name, wanted]) =>
      listDifferences(
        `path to GO, ${name}`,
        wanted,
        new Map(Object.entries(actual.pathToGo ?? {})).get(name) ?? [],
      ),
    ),
  ];
}

function sayReason({ rule, effect, message, findings }: Expected['reasons'][number]): string {
  return `${rule} (${effect}): ${message}${findings.length === 0 ? '' : ` [${findings.join(', ')}]`}`;
}

function saySetAside({ finding, kind, issuer, honoured, note }: Expected['setAside'][number]): string {
  return `${finding} by ${kind} of ${issuer}, ${honoured ? 'honoured' : 'not honoured'}${note === undefined ? '' : `: ${note}`}`;
}

function listDifferences(
  what: string,
  expected: readonly string[],
  actual: readonly string[],
): readonly string[] {
  const missing = without(expected, actual).map((one) => `missing ${what}: ${one}`);
  const unexpected = without(actual, expected).map((one) => `unexpected ${what}: ${one}`);
  const isReordered =
    missing.length + unexpected.length === 0 && expected.some((one, index) => one !== actual[index]);
  return isReordered ? [`${what}: in another order: ${actual.join(' | ')}`] : [...missing, ...unexpected];
}

/** What is in the one and not, as often, in the other. */
function without(all: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return all.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
