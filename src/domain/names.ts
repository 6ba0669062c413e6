/** Names of vulnerabilities: written one way, and one of them shown. */

const CVE = /^CVE-(\d{4})-(\d{4,})$/;
const GHSA = /^GHSA(-[a-z0-9]{4}){3}$/;

/** Trims, and writes CVE and GHSA ids the way their issuers do; other schemes keep their case. */
export function normaliseName(name: string): string {
  const trimmed = name.trim();
  const upper = trimmed.toUpperCase();
  if (upper.startsWith('CVE-')) return upper;
  if (upper.startsWith('GHSA-')) return `GHSA-${trimmed.slice(5).toLowerCase()}`;
  return trimmed;
}

/** The name people see: the lowest CVE by year and number, else the first GHSA, else the first of all. */
export function canonicalName(names: readonly string[]): string {
  const [first] = [...names].sort(byCanonicalOrder);
  if (first === undefined) throw new RangeError('a vulnerability has at least one name');
  return first;
}

export function byCanonicalOrder(a: string, b: string): number {
  const [schemeA, schemeB] = [schemeRank(a), schemeRank(b)];
  if (schemeA !== schemeB) return schemeA - schemeB;
  if (schemeA === 0) return compareCve(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function schemeRank(name: string): number {
  if (CVE.test(name)) return 0;
  return GHSA.test(name) ? 1 : 2;
}

function compareCve(a: string, b: string): number {
  const [, yearA = '', numberA = ''] = CVE.exec(a) ?? [];
  const [, yearB = '', numberB = ''] = CVE.exec(b) ?? [];
  if (yearA !== yearB) return yearA < yearB ? -1 : 1;
  if (numberA.length !== numberB.length) return numberA.length - numberB.length;
  return numberA < numberB ? -1 : numberA > numberB ? 1 : 0;
}

/** The CVEs among them, each once: several where whoever gave the names took them for one. */
export function cvesAmong(names: readonly string[]): readonly string[] {
  return [...new Set(names.map(normaliseName))].filter((name) => name.startsWith('CVE-'));
}
