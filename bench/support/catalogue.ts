/** Invented vulnerabilities and packages, the same at every run: what scans and stores of the benches are made of. */
import type { Severity } from '../../src/domain/severity.ts';

/** A linear congruential generator (Numerical Recipes): benches must not differ from run to run. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface InventedVulnerability {
  readonly id: string;
  /** One in five. */
  readonly ghsa: string | undefined;
  readonly severity: Severity;
  readonly score: number;
  readonly title: string;
  readonly description: string;
  readonly url: string;
  readonly vector: string;
  readonly publishedAt: string;
}

export interface InventedPackage {
  readonly name: string;
  readonly purl: string;
  readonly version: string;
  readonly fixed: string;
}

export const VULNERABILITIES = 5000;
export const PACKAGES = 3000;

/** 1 % critical; a gate asks for those. */
const SEVERITY_OF_HUNDRED = (n: number): Severity =>
  n < 1 ? 'critical' : n < 12 ? 'high' : n < 55 ? 'medium' : n < 98 ? 'low' : 'info';
const SCORES: Readonly<Record<Severity, number>> = {
  critical: 9.8,
  high: 7.8,
  medium: 5.3,
  low: 3.1,
  info: 0.1,
  unknown: 0,
};
const WORDS = [
  ...['buffer', 'overflow', 'in', 'the', 'parser', 'of', 'crafted', 'input', 'allows', 'remote', 'attackers'],
  ...[
    'to',
    'read',
    'memory',
    'or',
    'cause',
    'a',
    'denial',
    'service',
    'when',
    'header',
    'length',
    'is',
    'not',
  ],
  ...[
    'checked',
    'before',
    'copying',
    'which',
    'leads',
    'use',
    'after',
    'free',
    'during',
    'handling',
    'requests',
  ],
];

export function inventVulnerabilities(): readonly InventedVulnerability[] {
  const random = createRandom(1);
  const words = (count: number): string =>
    Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
  return Array.from({ length: VULNERABILITIES }, (_, n) => {
    const severity = SEVERITY_OF_HUNDRED(n % 100);
    const id = `CVE-${2016 + (n % 9)}-${10_000 + n}`;
    return {
      id,
      ghsa: n % 5 === 0 ? `GHSA-${base32(n, 7)}-${base32(n, 11)}-${base32(n, 13)}` : undefined,
      severity,
      score: SCORES[severity],
      title: `package-${n % PACKAGES}: ${words(8)}`,
      description: words(60 + Math.floor(random() * 60)),
      url: `https://advisories.example.org/nvd/${id.toLowerCase()}`,
      vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:L/A:H',
      publishedAt: new Date(Date.UTC(2018, n % 12, 1 + (n % 28))).toISOString(),
    };
  });
}

function base32(n: number, factor: number): string {
  return (n * factor).toString(32).padStart(4, '2').slice(-4);
}

export function inventPackages(): readonly InventedPackage[] {
  return Array.from({ length: PACKAGES }, (_, n) => {
    const version = `${1 + (n % 9)}.${n % 20}.${n % 7}-${n % 4}ubuntu${n % 3}`;
    const name = n % 3 === 0 ? `linux-headers-${n}` : `lib${WORDS[n % WORDS.length]}${n}`;
    return {
      name,
      version,
      fixed: `${1 + (n % 9)}.${n % 20}.${8 + (n % 7)}-1ubuntu1`,
      purl: `pkg:deb/ubuntu/${name}@${version}?arch=amd64&distro=ubuntu-22.04`,
    };
  });
}

/**
 * The n-th pair of a vulnerability and a package, all different for n below 15 million: few vulnerabilities in very
 * many packages (a kernel's), most in a handful of them.
 */
export function pairOf(n: number): readonly [vulnerability: number, package_: number] {
  const vulnerability = (n * 7) % VULNERABILITIES;
  const round = Math.floor(n / VULNERABILITIES);
  return [vulnerability, (vulnerability * 13 + round * 101) % PACKAGES];
}
