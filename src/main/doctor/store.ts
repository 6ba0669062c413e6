import { isGatehouseError } from '../../domain/errors.ts';
import { inspectStore } from '../../store/inspect.ts';
import { SCHEMA_VERSION } from '../../store/migrations.ts';
import { withoutPassword } from '../shown-configuration.ts';
import { ok, type Point, problem } from './point.ts';

export async function storePoint(address: string, isOffline: boolean): Promise<Point> {
  const name = withoutPassword(address);
  if (isOffline && !address.startsWith('sqlite:')) return ok('store', `${name} was not asked: --offline`);
  try {
    const { schemaVersion, readOnly } = await inspectStore(address);
    if (readOnly !== undefined) {
      return problem(
        'store',
        `${name} cannot be written: ${readOnly}`,
        'give this user the right to, or name another store',
      );
    }
    if (schemaVersion === undefined)
      return ok('store', `${name} is not there yet; the first command makes it`);
    return versionPoint(name, schemaVersion);
  } catch (error) {
    if (!isGatehouseError(error)) throw error;
    return problem(
      'store',
      `${name}: ${error.message}`,
      'check store in the configuration, and GATEHOUSE_STORE',
    );
  }
}

function versionPoint(name: string, version: number): Point {
  if (version > SCHEMA_VERSION) {
    return problem(
      'store',
      `${name} has schema version ${version}; this Gatehouse knows ${SCHEMA_VERSION}`,
      'use the newer Gatehouse that made it',
    );
  }
  const older =
    version < SCHEMA_VERSION
      ? `, which the next command brings to ${SCHEMA_VERSION}; no earlier Gatehouse opens it then`
      : '';
  return ok('store', `${name} can be written; schema version ${version}${older}`);
}
