import type { Defect } from '../domain/statement.ts';

const CVE = /^CVE-\d{4}-\d{4,}$/i;
const NOTICE =
  /^(?:ALAS[A-Z0-9.]*|ALSA|CESA|DLA|DSA|ELSA|FEDORA|GLSA|MGASA|openSUSE-SU|RHBA|RHEA|RHSA|RLSA|RXSA|SUSE-[A-Z]U|USN)[-:_]?\d/i;

/** A distribution's notice fixes several defects at once and is another name of none. */
export function isNotice(id: string): boolean {
  return NOTICE.test(id);
}

/**
 * The defects of an entry that goes by `id` and mentions other ids. A single CVE beside an advisory is the same
 * defect; several CVEs, and those of a distribution's notice, are defects of their own.
 */
export function namedDefects(id: string, others: readonly string[]): readonly Defect[] {
  if (CVE.test(id))
    return [
      vulnerability(
        id,
        others.filter((other) => !CVE.test(other) && !isNotice(other)),
      ),
    ];
  const cves = distinct(others.filter((other) => CVE.test(other)));
  if (isNotice(id)) {
    return cves.length === 0 ? [vulnerability(id, [])] : cves.map((cve) => vulnerability(cve, []));
  }
  if (cves.length > 1) return cves.map((cve) => vulnerability(cve, []));
  return [vulnerability(id, distinct(others.filter((other) => other !== id && !isNotice(other))))];
}

function vulnerability(id: string, aliases: readonly string[]): Defect {
  return { kind: 'vulnerability', id, aliases };
}

function distinct(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
