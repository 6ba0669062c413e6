/** Files that people give for a scan and that we know to be something else: what they are, and what to do with them. */
import { feedOf } from '../feeds/registry.ts';
import type { ScanHead } from '../formats/format.ts';
import { dialectOf } from '../vex/registry.ts';

const DIALECTS: Readonly<Record<string, string>> = {
  openvex: 'an OpenVEX document',
  csaf: 'a CSAF document',
};
const FEEDS: Readonly<Record<string, string>> = {
  epss: 'a list of EPSS scores',
  kev: 'the catalogue of known exploited vulnerabilities (KEV)',
  osv: 'OSV records',
  ssvc: 'an SSVC decision table',
};

const TAKE_IN =
  'no scan: `gatehouse import FILE`, without --format, takes it into the store, and `gatehouse gate` without --scan heeds it there';

/** Not read at all: what would do instead. */
const OTHERS: readonly (readonly [looks: RegExp, told: string])[] = [
  [
    /^"?cveID"?,"?vendorProject"?/i,
    'the KEV catalogue as CSV; import its JSON, known_exploited_vulnerabilities.json',
  ],
  [
    /^\{[^[]*"access"\s*:\s*"public[^[]*"data"\s*:\s*\[\s*\{\s*"cve"\s*:[^}]*"epss"/,
    'an answer of the EPSS API; import the daily CSV of all scores instead',
  ],
  [
    /^\{(?=[\s\S]*"payloadType"\s*:)(?=[\s\S]*"signatures"\s*:)/,
    'a signed envelope (DSSE) and no scan; `gatehouse verify` checks a verdict, and what another holds must be taken out of it first',
  ],
  [
    /^\{(?=[\s\S]*"_type"\s*:\s*"https:\/\/in-toto\.io\/)/,
    'an in-toto statement and no scan; take what its predicate holds out of it first',
  ],
  [
    /^\{[\s\S]*"dataType"\s*:\s*"CVE_RECORD"/,
    'a CVE record and no scan; of advisories, OSV records are read',
  ],
  [
    /^[{[][\s\S]*"SchemaVersion"\s*:\s*"2018-10-08"/,
    'a list of AWS Security Hub (ASFF); of Amazon Inspector, import what `aws inspector2 list-findings` prints',
  ],
  [
    /^(?:<!doctype html|<html)/i,
    'a web page and no scan: perhaps the log-in of the server it was fetched from',
  ],
];

/** Undefined: we do not know it either. */
export function whatElse({ text }: Pick<ScanHead, 'text'>): string | undefined {
  const dialect = dialectOf(text);
  const feed = dialect === undefined ? feedOf({ text }) : undefined;
  const known = DIALECTS[dialect?.kind ?? ''] ?? FEEDS[feed?.kind ?? ''];
  if (known !== undefined) return `this is ${known} and ${TAKE_IN}`;
  const start = text.trimStart();
  const told = OTHERS.find(([looks]) => looks.test(start))?.[1];
  return told === undefined ? undefined : `this is ${told}`;
}
