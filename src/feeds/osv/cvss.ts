import calculator from 'ae-cvss-calculator';

/** The base score of a CVSS vector of any version, 0 to 10; undefined for what is none. */
export function scoreOfVector(vector: string): number | undefined {
  const read = readVector(vector.replace(/^\(|\)$/g, ''));
  if (read?.isBaseFullyDefined() !== true) return undefined;
  const { overall, base = overall } = read.calculateScores();
  return base !== undefined && base >= 0 && base <= 10 ? base : undefined;
}

function readVector(vector: string) {
  try {
    if (vector.startsWith('CVSS:4.0/')) return new calculator.Cvss4P0(vector);
    if (vector.startsWith('CVSS:3.1/')) return new calculator.Cvss3P1(vector);
    if (vector.startsWith('CVSS:3.0/')) return new calculator.Cvss3P0(vector);
    return /^AV:[LAN]\//.test(vector) ? new calculator.Cvss2(vector) : undefined;
  } catch {
    // The calculator throws for what is no vector, and nothing else is asked of it.
    return undefined;
  }
}
