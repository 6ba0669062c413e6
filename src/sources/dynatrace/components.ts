import { PackageURL } from 'packageurl-js';

/** What runs the code, for a problem of the runtime itself that names no package. */
const RUNTIMES: Readonly<Record<string, string>> = {
  DOTNET: 'dotnet',
  GO: 'go',
  JAVA: 'java',
  KUBERNETES: 'kubernetes',
  NODE_JS: 'nodejs',
  PHP: 'php',
  PYTHON: 'python',
};

/**
 * The package URL of what a problem is about, from its package name and technology. Kubernetes has no package
 * ecosystem and a runtime is no package of its language: both are `pkg:generic`, as is a technology not known yet.
 */
export function packageUrl(
  packageName: string | undefined,
  technology: string | undefined,
  type: string | undefined,
): string | undefined {
  const name = packageName?.toWellFormed().trim();
  const ofRuntime = type === 'RUNTIME' || technology === 'KUBERNETES';
  if (!name) return ofRuntime ? generic(RUNTIMES[technology ?? '']) : undefined;
  return (ofRuntime ? undefined : inEcosystem(name, technology)) ?? generic(name);
}

function inEcosystem(name: string, technology: string | undefined): string | undefined {
  switch (technology) {
    case 'JAVA': {
      const [group, artifact] = name.split(':');
      return group && artifact ? purl('maven', group, artifact) : undefined;
    }
    case 'NODE_JS':
      return pathPurl('npm', name);
    case 'GO':
      return pathPurl('golang', name);
    case 'PHP':
      return pathPurl('composer', name);
    case 'DOTNET':
      return purl('nuget', undefined, name);
    case 'PYTHON':
      return purl('pypi', undefined, name);
    default:
      return undefined;
  }
}

function generic(name: string | undefined): string | undefined {
  return name === undefined ? undefined : pathPurl('generic', name);
}

function pathPurl(type: string, path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  const name = parts.pop() ?? path;
  return purl(type, parts.length === 0 ? undefined : parts.join('/'), name);
}

function purl(type: string, namespace: string | undefined, name: string): string {
  return new PackageURL(type, namespace, name, undefined, undefined, undefined).toString();
}
