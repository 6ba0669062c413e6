import { GatehouseError } from '../domain/errors.ts';
import type { Format, ScanHead } from './format.ts';
import { sarif } from './sarif/index.ts';
import { trivy } from './trivy/index.ts';

/** Every scan format; adding one is a folder and a line here. Their order means nothing. */
export const formats: readonly Format[] = [sarif, trivy];

/**
 * The format of a file: the one that `named` (`--format`) says, else the only one that knows the file as its own.
 * Throws `input-invalid`, saying what to try, for an unknown name and for a file that none or several know.
 */
export function formatOf(head: ScanHead, named?: string): Format {
  const kinds = formats.map((format) => format.kind).join(', ');
  if (named !== undefined) {
    const format = formats.find(({ kind }) => kind === named);
    if (format !== undefined) return format;
    throw new GatehouseError('input-invalid', `there is no format '${named}'; there are ${kinds}`);
  }
  if (head.text.trim() === '')
    throw new GatehouseError('input-invalid', `${head.fileName}: the file is empty`);
  const [format, second] = formats.filter((candidate) => candidate.detect(head));
  if (format === undefined) {
    throw new GatehouseError(
      'input-invalid',
      `${head.fileName}: no known format; name it with --format (${kinds})`,
    );
  }
  if (second !== undefined) {
    throw new GatehouseError(
      'input-invalid',
      `${head.fileName}: may be ${format.kind} or ${second.kind}; name it with --format`,
    );
  }
  return format;
}
