/** What an installation needs, point by point, in the order in which one would put it right. */
import type { Policy } from '../../domain/policy.ts';
import { checkConfiguration, missingIn } from '../check-configuration.ts';
import { detailsWantedBy } from '../collecting.ts';
import type { Io } from '../command.ts';
import type { ExaminedConfiguration } from '../configuration.ts';
import { sayProblem } from '../yaml-file.ts';
import { feedPoint } from './feed.ts';
import { diskPoints, nodePoint } from './machine.ts';
import { ok, type Point, problem, warning } from './point.ts';
import { sourcePoints } from './source.ts';
import { storePoint } from './store.ts';

export interface DoctorJob {
  readonly config: string | undefined;
  /** Nothing outside of this machine is asked. */
  readonly isOffline: boolean;
  /** Told each group of points as soon as it is known. */
  readonly tell: (points: readonly Point[]) => void;
}

export async function examineInstallation({ config, isOffline, tell }: DoctorJob, io: Io): Promise<void> {
  tell([nodePoint(process.versions.node)]);
  const { examined, points, policy, waivers } = await checkConfiguration(io, config);
  tell([
    ...foundPoints(examined),
    ...points
      // Sources are looked at one by one, below.
      .filter(({ kind, path }) => kind === 'problem' || !path.startsWith('sources.'))
      .map((point) => {
        const says = `${point.file}: ${sayProblem(point)}`;
        return point.kind === 'problem' ? problem('configuration', says) : warning('configuration', says);
      }),
  ]);
  if (examined === undefined) return;
  tell([...policyPoints(policy), ...waiverPoints(waivers)]);
  tell([await storePoint(examined.store, isOffline), ...(await diskPoints(examined.store))]);
  for (const source of examined.sources) {
    const missing = await missingIn(source.settings, io.cwd, io);
    if (missing.length > 0) {
      tell(
        missing.map(({ message }) =>
          problem(`source ${source.name}`, message, 'set it where Gatehouse runs'),
        ),
      );
    } else if (isOffline) {
      tell([ok(`source ${source.name}`, 'what it refers to is there; it was not asked: --offline')]);
    } else tell(await sourcePoints(source, detailsWantedBy(examined.scopes), io));
  }
  for (const feed of examined.feeds) tell([await feedPoint(feed, isOffline, io)]);
}

function foundPoints(examined: ExaminedConfiguration | undefined): readonly Point[] {
  if (examined === undefined) return [];
  if (examined.text === undefined) {
    return [warning('configuration', 'there is no gatehouse.yaml here', 'write one: gatehouse init')];
  }
  if (examined.issues.length > 0) return [];
  const { path, sources, feeds } = examined;
  const says = `${path} can be read: ${sources.length} sources, ${feeds.length} feeds`;
  return [
    sources.length === 0
      ? warning('configuration', says, 'add a source, or import scans')
      : ok('configuration', says),
  ];
}

function policyPoints(policy: Policy | undefined): readonly Point[] {
  return policy === undefined
    ? []
    : [ok('policy', `${policy.name} can be read, over the preset ${policy.preset}`)];
}

function waiverPoints(waivers: number): readonly Point[] {
  return waivers === 0 ? [] : [ok('waivers', `${waivers} in files`)];
}
