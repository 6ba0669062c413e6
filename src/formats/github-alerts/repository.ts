import type { AssetRef } from '../../domain/statement.ts';
import { repositoryNameOf } from '../../platform/repository-name.ts';
import { type JsonObject, objectOf, textOf } from '../loose-values.ts';

/** Of what REST, GraphQL or a webhook says of a repository; by its bare name where nothing else is said. */
export function repositoryOf(repository: JsonObject | undefined): AssetRef | undefined {
  const address = textOf(repository, 'html_url') ?? textOf(repository, 'url');
  const fullName = fullNameOf(repository);
  const name =
    repositoryNameOf(address?.replace(/\/\/api\.github\.com\/repos\//, '//github.com/')) ??
    (fullName === undefined ? textOf(repository, 'name') : `github.com/${fullName}`);
  return name === undefined ? undefined : { kind: 'repository', name };
}

/** `owner/name`, which only a repository has. */
export function fullNameOf(repository: JsonObject | undefined): string | undefined {
  const stated = textOf(repository, 'full_name') ?? textOf(repository, 'nameWithOwner');
  if (stated !== undefined) return stated;
  const owner = textOf(objectOf(repository, 'owner'), 'login');
  const name = textOf(repository, 'name');
  return owner === undefined || name === undefined ? undefined : `${owner}/${name}`;
}

/** An alert alone says by its address where it belongs. */
export function repositoryOfAlert(alert: JsonObject): AssetRef | undefined {
  const named = repositoryOf(objectOf(alert, 'repository'));
  if (named !== undefined) return named;
  const page = /^https?:\/\/([^/]+)\/([^/]+\/[^/]+)\/security\//.exec(textOf(alert, 'html_url') ?? '');
  const call = /^https?:\/\/([^/]+)(?:\/api\/v3)?\/repos\/([^/]+\/[^/]+)\//.exec(textOf(alert, 'url') ?? '');
  const [, host, path] = page ?? call ?? [];
  if (host === undefined || path === undefined) return undefined;
  return {
    kind: 'repository',
    name: `${host.toLowerCase().replace(/^api\.github\.com$/, 'github.com')}/${path}`,
  };
}
