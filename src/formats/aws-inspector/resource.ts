/** What carries a finding: a host, an image, a function or a repository. */
import type { AssetRef, Label } from '../../domain/statement.ts';
import { type JsonObject, objectOf, textOf, textsOf } from '../loose-values.ts';

export interface Resource {
  readonly asset: AssetRef | undefined;
  /** Of an image its tag or digest, of a function its version. */
  readonly version: string | undefined;
  /** `UBUNTU_22_04`: the operating system whose packages are meant. */
  readonly platform: string | undefined;
  readonly labels: readonly Label[];
}

export function resourceOf(resource: JsonObject | undefined): Resource {
  const details = objectOf(resource, 'details');
  const host = objectOf(details, 'awsEc2Instance');
  const image = objectOf(details, 'awsEcrContainerImage');
  const labels = labelsOf(resource);
  const id = textOf(resource, 'id');
  const platform = textOf(host, 'platform') ?? textOf(image, 'platform');
  if (image !== undefined || textOf(resource, 'type')?.startsWith('AWS_ECR_') === true) {
    return { ...imageOf(resource, image), platform, labels };
  }
  const codeRepository = objectOf(details, 'codeRepository');
  if (codeRepository !== undefined) {
    return {
      asset: repositoryOf(codeRepository) ?? named('repository', id),
      version: undefined,
      platform,
      labels,
    };
  }
  if (objectOf(details, 'awsLambdaFunction') !== undefined || /:lambda:/.test(id ?? '')) {
    const version = /:function:[^:]+:(.+)$/.exec(id ?? '')?.[1];
    const stated = textOf(objectOf(details, 'awsLambdaFunction'), 'version');
    return {
      asset: named('function', id?.replace(/(:function:[^:]+):.+$/, '$1')),
      version: version ?? stated,
      platform,
      labels,
    };
  }
  return { asset: named('host', id), version: undefined, platform, labels };
}

function named(kind: AssetRef['kind'], name: string | undefined): AssetRef | undefined {
  return name === undefined ? undefined : { kind, name };
}

/** The image is named as whoever pulls it names it. */
function imageOf(
  resource: JsonObject | undefined,
  image: JsonObject | undefined,
): Pick<Resource, 'asset' | 'version'> {
  const identified =
    /^arn:([^:]+):ecr:([^:]*):(\d*):repository\/([^@]+?)(?:\/(sha256:[0-9a-f]+))?$/.exec(
      textOf(resource, 'id') ?? '',
    ) ?? [];
  const [, partition, arnRegion, account, path, digest] = identified;
  const registry = textOf(image, 'registry') ?? account;
  const region = textOf(resource, 'region') ?? arnRegion;
  const repository = textOf(image, 'repositoryName') ?? path;
  const version = textsOf(image, 'imageTags')[0] ?? textOf(image, 'imageHash') ?? digest;
  if (repository === undefined) return { asset: undefined, version };
  const isChina = (textOf(resource, 'partition') ?? partition) === 'aws-cn';
  const domain = isChina ? 'amazonaws.com.cn' : 'amazonaws.com';
  // A registry is the number of its account.
  const host =
    registry === undefined || region === undefined ? undefined : `${registry}.dkr.ecr.${region}.${domain}`;
  const isNamed = registry?.includes('.') === true;
  const prefix = isNamed ? registry : host;
  return {
    asset: { kind: 'image', name: prefix === undefined ? repository : `${prefix}/${repository}` },
    version,
  };
}

const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['GITHUB', 'github.com'],
  ['GITLAB', 'gitlab.com'],
  ['BITBUCKET', 'bitbucket.org'],
]);

function repositoryOf(repository: JsonObject): AssetRef | undefined {
  const name = textOf(repository, 'projectName');
  const host = PROVIDERS.get(textOf(repository, 'providerType')?.toUpperCase() ?? '');
  if (name === undefined) return undefined;
  return { kind: 'repository', name: host === undefined ? name : `${host}/${name}` };
}

function labelsOf(resource: JsonObject | undefined): readonly Label[] {
  const tags = Object.entries(objectOf(resource, 'tags') ?? {});
  return tags.flatMap(([name, value]): Label[] =>
    typeof value === 'string' && name !== ''
      ? [{ kind: 'tag', id: value === '' ? name : `${name}:${value}` }]
      : [],
  );
}
