/** What the fields of a vulnerable package mean (`sca_package`, `sca_image`). */
import type { Observation } from '../../domain/statement.ts';
import { ecosystemPackageUrl } from '../../platform/ecosystem.ts';
import { systemPackageUrl } from '../distribution.ts';
import { imageNameOf } from '../image-name.ts';
import { type JsonObject, listOf, numberOf, objectOf, textOf, timeOf } from '../loose-values.ts';
import { ecosystemOfFile, ecosystemOfManager } from '../package-manager.ts';
import { sourcePath } from '../source-path.ts';

export function isLicence(details: JsonObject | undefined): boolean {
  return textOf(details, 'license') !== undefined && textOf(details, 'id') === undefined;
}

export function vulnerablePackageOf(
  check: JsonObject,
  details: JsonObject,
  checkId: string,
): Pick<Observation, 'asset' | 'defects' | 'component' | 'occurrences' | 'score' | 'about' | 'fix'> {
  const { path, image } = placeOf(check);
  const version = textOf(details, 'package_version');
  const name = textOf(details, 'package_name');
  const score = numberOf(details, 'cvss');
  const link = textOf(details, 'link');
  return {
    asset: image && { kind: 'image', name: image.name },
    defects: [{ kind: 'vulnerability', id: textOf(details, 'id') ?? idOfCheck(checkId), aliases: [] }],
    component: name === undefined ? undefined : { purl: purlOf(details, name, version, path), version },
    occurrences: [{ version, path, imageVersion: image?.version }],
    score: score !== undefined && score > 0 && score <= 10 ? score : undefined,
    about: {
      title: textOf(check, 'short_description') ?? textOf(check, 'check_name'),
      description: textOf(details, 'description') ?? textOf(check, 'description'),
      url: link,
      vector: textOf(details, 'vector'),
      publishedAt: timeOf(details, 'published_date'),
    },
    fix: fixOf(details),
  };
}

/** `CKV_CVE_2099_1234`, `BC_CVE_2099_1234`. */
function idOfCheck(checkId: string): string {
  return checkId.replace(/^(?:CKV|BC)_(?=CVE_|GHSA_)/, '').replaceAll('_', '-');
}

/** Of an image the path is `/Dockerfile (node:22 lines:1-2 (sha256:0123))`. */
function placeOf(check: JsonObject) {
  const named = sourcePath(textOf(check, 'repo_file_path') ?? textOf(check, 'file_path') ?? '');
  const stated = sourcePath(textOf(check, 'file_path') ?? named);
  const match = /^(.*?) \((\S+) lines:\d+-\d+ \([^()]*\)\)/.exec(stated);
  const path = (match?.[1] ?? named).replace(/^\/+(?=.)/, '');
  return { path: path === '' ? undefined : path, image: imageNameOf(match?.[2]) };
}

function purlOf(
  details: JsonObject,
  name: string,
  version: string | undefined,
  path: string | undefined,
): string {
  const type = textOf(details, 'package_type')?.toLowerCase();
  const image = objectOf(details, 'image_details');
  if (type === 'os') {
    const system = systemPackageUrl(textOf(image, 'distro'), name, version);
    if (system !== undefined) return system;
  }
  const ecosystem = ecosystemOfManager(type) ?? ecosystemOfFile(path);
  // What Maven calls `group:artifact` is `group_artifact` to the scanner behind it.
  const own = ecosystem === 'maven' && !name.includes(':') ? name.replace(/^([^_:]+)_/, '$1:') : name;
  return ecosystemPackageUrl(ecosystem, own, version);
}

/** `fixed_versions`, else the status: `fixed in 1.2, 2.0`. */
function fixOf(details: JsonObject): Observation['fix'] {
  const listed = listOf(details, 'fixed_versions').filter((one): one is string => typeof one === 'string');
  const status = /^fixed in (.+)$/i.exec(textOf(details, 'status') ?? '')?.[1]?.split(',') ?? [];
  const lowest = textOf(details, 'lowest_fixed_version') ?? textOf(details, 'fix_version');
  const versions = [listed, status, lowest === undefined ? [] : [lowest]]
    .map((texts) => texts.map((text) => text.trim()).filter((text) => /^v?\d/.test(text)))
    .find((texts) => texts.length > 0);
  return versions && { versions };
}
