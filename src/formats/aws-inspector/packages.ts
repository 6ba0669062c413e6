/** The vulnerable packages of a finding: one for each name, wherever and in whichever versions it is installed. */
import type { Component, Fix, Occurrence } from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { packageUrl } from '../../platform/package-url.ts';
import { systemPackageUrl } from '../distribution.ts';
import { type JsonObject, numberOf, objectsOf, textOf } from '../loose-values.ts';
import { ecosystemOfManager } from '../package-manager.ts';
import type { Resource } from './resource.ts';

export interface VulnerablePackage {
  readonly component: Component;
  readonly occurrences: readonly Occurrence[];
  readonly fix: Fix | undefined;
}

const MOST_PLACES = 100;

export function packagesOf(details: JsonObject | undefined, on: Resource): readonly VulnerablePackage[] {
  const groups = new Map<string, JsonObject[]>();
  for (const entry of objectsOf(details, 'vulnerablePackages')) {
    const name = textOf(entry, 'name');
    if (name === undefined) continue;
    const key = `${textOf(entry, 'packageManager') ?? ''} ${name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return [...groups.values()].map((entries) => packageOf(entries, on));
}

function packageOf(entries: readonly JsonObject[], on: Resource): VulnerablePackage {
  const [first] = entries;
  const version = versionOf(first);
  const places = entries.slice(0, MOST_PLACES).map(
    (entry): Occurrence => ({
      version: versionOf(entry),
      path: textOf(entry, 'filePath'),
      layer: textOf(entry, 'sourceLayerHash'),
      imageVersion: on.version,
    }),
  );
  return {
    component: { purl: purlOf(first, version, on), version },
    occurrences: places,
    fix: fixOf(entries),
  };
}

function purlOf(entry: JsonObject | undefined, version: string | undefined, on: Resource): string {
  const name = textOf(entry, 'name') ?? '';
  const manager = textOf(entry, 'packageManager')?.toUpperCase();
  if (manager === 'OS' || manager === undefined) {
    const system = systemPackageUrl(on.platform, name, version);
    return system ?? packageUrl('generic', name, version);
  }
  return ecosystemPackageUrl(ecosystemOfManager(manager), name, version);
}

/** As the package manager writes it: `1:2.34-1.el9`; epoch 0 is none. */
function versionOf(entry: JsonObject | undefined): string | undefined {
  const version = textOf(entry, 'version');
  if (version === undefined) return undefined;
  const epoch = numberOf(entry, 'epoch') ?? 0;
  const release = textOf(entry, 'release');
  return `${epoch > 0 ? `${epoch}:` : ''}${version}${release === undefined ? '' : `-${release}`}`;
}

function fixOf(entries: readonly JsonObject[]): Fix | undefined {
  const stated = entries.map((entry) => textOf(entry, 'fixedInVersion')?.replace(/^0:/, ''));
  const versions = [
    ...new Set(stated.filter((version) => version !== undefined && !/^not ?available$/i.test(version))),
  ].map(String);
  const text = entries.map((entry) => textOf(entry, 'remediation')).find((one) => one !== undefined);
  return versions.length === 0 && text === undefined ? undefined : { versions, text };
}
