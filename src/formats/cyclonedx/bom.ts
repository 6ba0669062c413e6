/** What a BOM says of itself: what it is about, who wrote it and when. */
import { asObject, type JsonObject, objectOf, objectsOf, textOf } from '../loose-values.ts';
import { type SbomSubject, subjectOf } from '../sbom-subject.ts';

export function subjectOfBom(metadata: JsonObject | undefined): SbomSubject | undefined {
  const component = objectOf(metadata, 'component');
  if (component === undefined) return undefined;
  const type = textOf(component, 'type');
  return subjectOf({
    name: textOf(component, 'name'),
    group: textOf(component, 'group'),
    version: textOf(component, 'version'),
    purl: textOf(component, 'purl'),
    kind: type === 'container' || type === 'file' ? type : 'other',
    imageReferences: ['RepoTag', 'Reference', 'RepoDigest'].flatMap((name) =>
      trivyProperties(component, name),
    ),
  });
}

function trivyProperties(component: JsonObject, name: string): readonly (string | undefined)[] {
  return objectsOf(component, 'properties')
    .filter((property) => textOf(property, 'name') === `aquasecurity:trivy:${name}`)
    .map((property) => textOf(property, 'value'));
}

/** Libraries with which tools write BOMs; they say nothing about which tool it was. */
const LIBRARY = /^cyclonedx[-_. ](?:python|javascript|php|core|dotnet|go)[-_. ]?(?:lib|library|java|api)?/i;

/** The names of the tools that made it: a list until version 1.4, components and services since. */
export function toolsOf(metadata: JsonObject | undefined): readonly string[] {
  const tools = asObject(metadata?.tools);
  const listed = [
    ...objectsOf(metadata, 'tools'),
    ...objectsOf(tools, 'components'),
    ...objectsOf(tools, 'services'),
  ];
  const names = listed.map((tool) => textOf(tool, 'name')).filter((name) => name !== undefined);
  return [...names.filter((name) => !LIBRARY.test(name)), ...names.filter((name) => LIBRARY.test(name))];
}

/** Who speaks in it, for what it says about whether its vulnerabilities matter. */
export function issuerOf(metadata: JsonObject | undefined): string | undefined {
  const component = objectOf(metadata, 'component');
  const named = [
    ...objectsOf(metadata, 'authors'),
    ...['manufacturer', 'manufacture', 'supplier'].map((role) => objectOf(metadata, role)),
    objectOf(component, 'supplier'),
  ];
  return named.map((one) => textOf(one, 'name')).find((name) => name !== undefined) ?? toolsOf(metadata)[0];
}
