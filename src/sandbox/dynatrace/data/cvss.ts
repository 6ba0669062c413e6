/** CVSS 3.1 base scores, so that every level, score and vector that the emulator shows agree with each other. */
import type { DataAssets, Exposure, RiskLevel } from './model.ts';

export interface Vector {
  readonly AV: 'N' | 'A' | 'L' | 'P';
  readonly AC: 'L' | 'H';
  readonly PR: 'N' | 'L' | 'H';
  readonly UI: 'N' | 'R';
  readonly S: 'U' | 'C';
  readonly C: Impact;
  readonly I: Impact;
  readonly A: Impact;
}
type Impact = 'H' | 'L' | 'N';

const attackVector = { N: 0.85, A: 0.62, L: 0.55, P: 0.2 };
const privileges = { U: { N: 0.85, L: 0.62, H: 0.27 }, C: { N: 0.85, L: 0.68, H: 0.5 } };
const impact = { H: 0.56, L: 0.22, N: 0 };

export function baseScore(vector: Vector): number {
  const lost = 1 - (1 - impact[vector.C]) * (1 - impact[vector.I]) * (1 - impact[vector.A]);
  const changed = vector.S === 'C';
  const impactScore = changed ? 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 : 6.42 * lost;
  if (impactScore <= 0) return 0;
  const exploitability =
    8.22 *
    attackVector[vector.AV] *
    (vector.AC === 'L' ? 0.77 : 0.44) *
    privileges[vector.S][vector.PR] *
    (vector.UI === 'N' ? 0.85 : 0.62);
  return roundUp(Math.min((changed ? 1.08 : 1) * (impactScore + exploitability), 10));
}

/** The bands of CVSS 3.1: level and score never contradict each other. */
export function levelOf(score: number): RiskLevel {
  if (score >= 9) return 'CRITICAL';
  if (score >= 7) return 'HIGH';
  if (score >= 4) return 'MEDIUM';
  return score > 0 ? 'LOW' : 'NONE';
}

export function vectorText(vector: Vector): string {
  const { AV, AC, PR, UI, S, C, I, A } = vector;
  return `CVSS:3.1/AV:${AV}/AC:${AC}/PR:${PR}/UI:${UI}/S:${S}/C:${C}/I:${I}/A:${A}`;
}

/** A vector from its eight letters in the order AV AC PR UI S C I A. */
export function vectorOf(
  AV: Vector['AV'],
  AC: Vector['AC'],
  PR: Vector['PR'],
  UI: Vector['UI'],
  S: Vector['S'],
  C: Impact,
  I: Impact,
  A: Impact,
): Vector {
  return { AV, AC, PR, UI, S, C, I, A };
}

/**
 * The vendor lowers the base score by what it sees at run time: not reachable from the internet makes the attack
 * adjacent, no reachable data asset takes the confidentiality impact away. The vector says so by appending.
 */
export function davisScore(vector: Vector, exposure: Exposure, dataAssets: DataAssets) {
  const adjacent = exposure === 'NOT_DETECTED' && vector.AV === 'N';
  const lowered = dataAssets === 'NOT_DETECTED' ? confidentialityWithoutData(vector) : vector.C;
  const modified: Vector = {
    ...vector,
    ...(adjacent ? { AV: 'A' as const } : {}),
    C: lowered,
  };
  const score = baseScore(modified);
  return {
    score,
    level: levelOf(score),
    vector: vectorText(vector) + (adjacent ? '/MAV:A' : '') + (lowered === vector.C ? '' : `/MC:${lowered}`),
  };
}

/** Gone where another impact remains, else one step lower: a flaw that only discloses is not nothing. */
function confidentialityWithoutData({ C, I, A }: Vector): Impact {
  return C === 'H' && I === 'N' && A === 'N' ? 'L' : 'N';
}

/** CVSS 3.1 appendix A: whole-number arithmetic keeps 4.02 from becoming 4.1 by a rounding error. */
function roundUp(value: number): number {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
