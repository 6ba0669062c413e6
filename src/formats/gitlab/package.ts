import type { AssetRef, Label } from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { systemPackageUrl } from '../distribution.ts';
import { imageNameOf } from '../image-name.ts';
import { type JsonObject, objectOf, shortened, textOf } from '../loose-values.ts';
import { ecosystemOfFile, ecosystemOfManager } from '../package-manager.ts';
import { type Entry, type Sorted, vulnerabilitiesOf } from './identifiers.ts';

/** A vulnerable package: in a lock file, an image, or a workload of a cluster. */
export function packageOf(about: Entry): Sorted {
  const { entry, location } = about;
  const dependency = objectOf(location, 'dependency');
  const name = textOf(objectOf(dependency, 'package'), 'name') ?? textOf(dependency, 'name');
  const version = textOf(dependency, 'version');
  const file = textOf(location, 'file');
  const reference = imageOf(location);
  const image = imageNameOf(reference);
  const workload = objectOf(location, 'kubernetes_resource');
  return {
    defects: vulnerabilitiesOf(about),
    asset: workloadOf(workload) ?? (image && { kind: 'image', name: image.name }),
    component: name === undefined ? undefined : { purl: purlOf(about, name, version), version },
    location: name === undefined && file !== undefined ? { file } : undefined,
    occurrences: [
      {
        version,
        path: file,
        imageVersion: workload === undefined ? image?.version : reference,
      },
    ],
    fix: fixOf(textOf(entry, 'solution')),
    labels: labelsOf(workload),
  };
}

/** Trivy's template writes the word where it looked into a folder. */
function imageOf(location: JsonObject | undefined): string | undefined {
  const image = textOf(location, 'image');
  return image === 'Unknown' ? undefined : image;
}

function purlOf({ location, identifiers, report }: Entry, name: string, version: string | undefined): string {
  const system = textOf(location, 'operating_system');
  const systems = system === undefined ? undefined : systemPackageUrl(system, name, version);
  if (systems !== undefined) return systems;
  const file = textOf(location, 'file');
  // Their database names the ecosystem in the address of each record.
  const stated = identifiers
    .map(({ url }) => /\/gemnasium-db\/(?:-\/)?(?:blob|tree)\/[^/]+\/(\w+)\//.exec(url ?? '')?.[1])
    .find((type) => type !== undefined);
  const ecosystem =
    ecosystemOfManager(stated) ??
    ecosystemOfManager(report.packageManagers.get(file ?? '')) ??
    ecosystemOfFile(file);
  // What Maven calls `group:artifact` is `group/artifact` to GitLab.
  const own = ecosystem === 'maven' ? name.replace(/\/(?=[^/]*$)/, ':') : name;
  return ecosystemPackageUrl(ecosystem, own, version);
}

function workloadOf(resource: JsonObject | undefined): AssetRef | undefined {
  const name = textOf(resource, 'name');
  if (name === undefined) return undefined;
  const parts = [clusterOf(resource), textOf(resource, 'namespace'), textOf(resource, 'kind'), name];
  return { kind: 'workload', name: parts.filter((part) => part !== undefined).join('/') };
}

function clusterOf(resource: JsonObject | undefined): string | undefined {
  const ids = [resource?.agent_id, resource?.cluster_id];
  return ids.filter((id) => typeof id === 'string' || typeof id === 'number').map(String)[0];
}

function labelsOf(resource: JsonObject | undefined): readonly Label[] {
  const cluster = clusterOf(resource);
  return cluster === undefined ? [] : [{ kind: 'cluster', id: cluster }];
}

/** `Upgrade to version 1.2 or above.`, `Upgrade to versions 1.2, 2.0 or above.`, `Upgrade curl from 7.64 to 7.65`. */
function fixOf(solution: string | undefined): { versions: readonly string[]; text: string } | undefined {
  if (solution === undefined) return undefined;
  const advice = shortened(solution);
  const listed =
    /^upgrade to (?:the )?(?:latest )?versions? (.+?)(?: or (?:above|later|higher|newer)|\.?$)/i.exec(
      advice,
    ) ?? /^upgrade \S+ (?:from \S+ )?to (?:version )?(.+?)\.?$/i.exec(advice);
  const versions = (listed?.[1] ?? '')
    .split(/, ?| or | and /)
    .filter((text) => /^v?\d[\w.:+~^!-]*$/.test(text));
  return { versions, text: solution };
}
