import { packageUrl } from '../platform/package-url.ts';

/** How a distribution is recognised (`Debian GNU/Linux 9`, `alpine:3.20`, `UBUNTU_20_04`), and its package URL. */
const DISTRIBUTIONS: readonly (readonly [pattern: RegExp, type: string, namespace: string])[] = [
  [/^debian/, 'deb', 'debian'],
  [/^ubuntu/, 'deb', 'ubuntu'],
  [/^(?:alpine|amazoncorretto-alpine)/, 'apk', 'alpine'],
  [/^wolfi/, 'apk', 'wolfi'],
  [/^chainguard/, 'apk', 'chainguard'],
  [/^(?:red ?hat|rhel)/, 'rpm', 'redhat'],
  [/^cent ?os/, 'rpm', 'centos'],
  [/^fedora/, 'rpm', 'fedora'],
  [/^rocky/, 'rpm', 'rocky'],
  [/^alma/, 'rpm', 'alma'],
  [/^(?:oracle|ol\b)/, 'rpm', 'oracle'],
  [/^(?:amazon|amzn|al ?20\d\d)/, 'rpm', 'amazon'],
  [/^photon/, 'rpm', 'photon'],
  [/^opensuse/, 'rpm', 'opensuse'],
  [/^(?:suse|sles?\b)/, 'rpm', 'suse'],
  [/^(?:cbl )?mariner/, 'rpm', 'cbl-mariner'],
  [/^azure ?linux/, 'rpm', 'azurelinux'],
  [/^bottlerocket/, 'rpm', 'bottlerocket'],
  [/^arch/, 'alpm', 'arch'],
];

/** The package URL of a system's own package; undefined for an operating system that is not known. */
export function systemPackageUrl(
  system: string | undefined,
  name: string,
  version: string | undefined,
): string | undefined {
  const text = (system ?? '').toLowerCase().replace(/[_-]+/g, ' ').trim();
  const found = DISTRIBUTIONS.find(([pattern]) => pattern.test(text));
  return found && packageUrl(found[1], name, version, found[2]);
}
