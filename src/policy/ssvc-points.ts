/** The points of SSVC that findings or parameters tell, each from the mildest value to the worst. */
export const SSVC_POINTS = {
  exploitation: ['none', 'public-poc', 'active'],
  automatable: ['no', 'yes'],
  technicalImpact: ['partial', 'total'],
  exposure: ['small', 'controlled', 'open'],
  valueDensity: ['diffuse', 'concentrated'],
  publicSafety: ['minimal', 'significant'],
  missionImpact: ['low', 'medium', 'high', 'very-high'],
  /** In CISA's catalogue of exploited vulnerabilities. */
  kev: ['no', 'yes'],
  publicExposure: ['no', 'yes'],
} as const;
type Values = typeof SSVC_POINTS;
export type SsvcPoint = keyof Values;
export type SsvcPoints = Readonly<{ [Point in SsvcPoint]: Values[Point][number] | 'unknown' }>;

/** Somebody who is exposed openly is exposed to the public. */
export const PUBLIC_EXPOSURE = { small: 'no', controlled: 'no', open: 'yes', unknown: 'unknown' } as const;

/** As it stands in a reason: `technical impact`. */
export function inWords(point: SsvcPoint): string {
  return point === 'kev' ? 'in KEV' : point.replace(/[A-Z]/, (letter) => ` ${letter.toLowerCase()}`);
}
