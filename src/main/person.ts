import { GatehouseError } from '../domain/errors.ts';
import { NewPersonName } from '../domain/person.ts';
import type { Io } from './command.ts';

/**
 * Who says it: `--by`, else GATEHOUSE_USER, else who is logged in on this machine. The command line cannot know whether
 * it is true: the name is kept as it was given.
 */
export function whoSays(by: string | undefined, { env }: Io): string {
  const known = [env.GATEHOUSE_USER, env.USER, env.LOGNAME, env.USERNAME];
  const given = by ?? known.find((one) => one !== undefined && one !== '');
  if (given === undefined) throw new GatehouseError('input-invalid', 'who says it? give --by NAME');
  const name = NewPersonName.safeParse(given);
  if (name.success) return name.data;
  throw new GatehouseError('input-invalid', `--by: ${name.error.issues[0]?.message}`);
}
