import { GatehouseError } from '../domain/errors.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';

/** `--severity critical,high`. */
export function severitiesOf(list: string): readonly Severity[] {
  return list.split(',').map((word) => {
    const severity = SEVERITIES.find((one) => one === word.trim().toLowerCase());
    if (severity !== undefined) return severity;
    throw new GatehouseError('input-invalid', `--severity ${word}: there are ${SEVERITIES.join(', ')}`);
  });
}
