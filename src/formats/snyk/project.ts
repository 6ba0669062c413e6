/** One tested project: a manifest, an image with its applications, or a file of infrastructure. */
import type { AssetRef } from '../../domain/statement.ts';
import type { PartIdentity } from '../format.ts';
import { type ImageName, imageNameOf } from '../image-name.ts';
import { asObject, type JsonObject, objectOf, textOf } from '../loose-values.ts';
import { ReportedFailures } from '../reported-failures.ts';
import { subjectOf } from '../sbom-subject.ts';
import { sourcePath } from '../source-path.ts';
import { isSystem } from './package-managers.ts';

export interface Project {
  readonly part: PartIdentity;
  /** False where Snyk reports a failure in place of a result. */
  readonly isTested: boolean;
  readonly isInfrastructure: boolean;
  readonly failures: ReportedFailures;
  readonly packageManager: string | undefined;
  readonly imageVersion: string | undefined;
  /** The file of infrastructure that was tested. */
  readonly targetFile: string | undefined;
  /** Where in the image each of its applications stands. */
  readonly applications: readonly (string | undefined)[];
  readonly distinctIssues: Set<string>;
  ignored: number;
  patched: number;
}

const IMAGE_PROJECT = 'docker-image|';

/** What was read before the project itself, which comes behind its entries. */
export interface Before {
  readonly applications: readonly unknown[];
  /** Whether one of its entries is named as only Snyk does. */
  readonly hasEntries: boolean;
}

/** Undefined for what is neither a result nor a failure. */
export function projectOf(
  value: unknown,
  { applications, hasEntries }: Before,
  index: number,
): Project | undefined {
  const document = asObject(value);
  if (document === undefined) return undefined;
  const isInfrastructure = Array.isArray(document.infrastructureAsCodeIssues);
  const isTested =
    isInfrastructure || (Array.isArray(document.vulnerabilities) && (hasEntries || isOfSnyk(document)));
  const failure = failureOf(document);
  if (!isTested && failure === undefined) return undefined;
  const isContainer = isContainerTest(document);
  const image = isContainer ? imageOf(document) : undefined;
  const targetFile = targetFileOf(document);
  const isOneOfSeveral = isTested && !isContainer && !isInfrastructure;
  return {
    part: {
      index,
      tool: isContainer ? 'Snyk Container' : isInfrastructure ? 'Snyk IaC' : 'Snyk Open Source',
      // The manifests of one repository may all be called alike.
      category: isOneOfSeveral ? categoryOf(targetFile) : '',
      asset: isContainer ? image && { kind: 'image', name: image.name } : namedAsset(document),
    },
    isTested,
    isInfrastructure,
    failures: failuresOf(document, failure, applications),
    packageManager: textOf(document, 'packageManager'),
    imageVersion: image?.version,
    targetFile,
    applications: applications.map((application) => targetFileOf(asObject(application))),
    distinctIssues: new Set(),
    ignored: 0,
    patched: 0,
  };
}

/** Others write lists of vulnerabilities too. */
function isOfSnyk(document: JsonObject): boolean {
  return ['ok', 'packageManager', 'dependencyCount', 'uniqueCount'].some((name) =>
    Object.hasOwn(document, name),
  );
}

/** What Snyk says in place of a result, or beside one. */
function failureOf(document: JsonObject): string | undefined {
  const error = objectOf(document, 'error');
  return textOf(document, 'error') ?? textOf(error, 'message') ?? textOf(error, 'userMessage');
}

function failuresOf(
  document: JsonObject,
  failure: string | undefined,
  applications: readonly unknown[],
): ReportedFailures {
  const failures = new ReportedFailures();
  if (failure !== undefined) {
    const where = textOf(document, 'path');
    failures.add(where === undefined ? failure : `${where}: ${failure}`);
  }
  for (const value of applications) {
    const application = asObject(value);
    const said = application === undefined ? undefined : failureOf(application);
    if (said !== undefined) failures.add(said);
    else if (!Array.isArray(application?.vulnerabilities))
      failures.add('an application of the image has no list of vulnerabilities');
  }
  const threshold = textOf(document, 'severityThreshold');
  if (threshold !== undefined && threshold !== 'low')
    failures.add(`Snyk was asked for severity ${threshold} and above only (--severity-threshold)`);
  return failures;
}

function isContainerTest(document: JsonObject): boolean {
  if (textOf(document, 'projectName')?.startsWith(IMAGE_PROJECT)) return true;
  if (Array.isArray(document.applications)) return true;
  return isSystem(textOf(document, 'packageManager'));
}

function imageOf(document: JsonObject): ImageName | undefined {
  const name = textOf(document, 'projectName');
  const named = name?.startsWith(IMAGE_PROJECT) ? name.slice(IMAGE_PROJECT.length) : undefined;
  return imageNameOf(textOf(document, 'path')) ?? imageNameOf(named);
}

/** The name people gave the project, unless it is the folder of one machine. */
function namedAsset(document: JsonObject): AssetRef | undefined {
  const name = textOf(document, 'projectName');
  return subjectOf({ name, version: undefined, purl: undefined, kind: 'other' })?.asset;
}

function targetFileOf(document: JsonObject | undefined): string | undefined {
  const name = textOf(document, 'displayTargetFile') ?? textOf(document, 'targetFile');
  return name === undefined ? undefined : sourcePath(name);
}

/** Of a path of one machine only its end tells what was tested. */
function categoryOf(targetFile: string | undefined): string {
  const isOfOneMachine = targetFile !== undefined && /^(?:\/|[A-Za-z]:\/|\.\.\/)/.test(targetFile);
  return (isOfOneMachine ? targetFile.split('/').at(-1) : targetFile) ?? '';
}
