/** What a report says of the hosts that were looked at. */
import type { AssetRef } from '../../domain/statement.ts';
import type { XmlElement, XmlTag } from '../../platform/xml-stream.ts';

export interface Host {
  readonly asset: AssetRef;
  readonly endedAt: number | undefined;
  /** It was begun and never ended: the scan was stopped, or the host went away. */
  readonly isUnfinished: boolean;
  /** Looked at by the scanner of web applications, whose plugins have numbers of their own. */
  readonly isWebApplication: boolean;
}

/**
 * A host goes by what the person who scanned called it; where that is an address, by the name that it has in the
 * network, if it has one.
 */
export function hostOf(tag: XmlTag, properties: XmlElement | undefined): Host | undefined {
  const known = propertiesOf(properties);
  const names = [tag.attributes.get('name'), known.get('host-fqdn'), known.get('hostname')]
    .map((name) => withoutScheme(name ?? '').toLowerCase())
    .filter((name) => name !== '');
  const name = names.find((one) => !isAddress(one)) ?? names[0] ?? known.get('host-ip');
  if (name === undefined) return undefined;
  const hasStarted = known.has('HOST_START') || known.has('HOST_START_timestamp');
  const hasEnded = known.has('HOST_END') || known.has('HOST_END_timestamp');
  return {
    asset: { kind: 'host', name },
    endedAt: timeOf(known, 'HOST_END') ?? timeOf(known, 'HOST_START'),
    isUnfinished: hasStarted && !hasEnded,
    isWebApplication: known.get('system-type') === 'web_application',
  };
}

function propertiesOf(properties: XmlElement | undefined): ReadonlyMap<string, string> {
  const tags = properties?.children ?? [];
  return new Map(
    tags.flatMap(({ attributes, text }) => {
      const name = attributes.get('name');
      return name === undefined || text.trim() === '' ? [] : [[name, text.trim()] as const];
    }),
  );
}

/** A web application goes by its address. */
function withoutScheme(name: string): string {
  return name
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '');
}

function isAddress(name: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) || (name.includes(':') && /^[0-9a-f:.%]+$/.test(name));
}

/** In seconds since 1970, or with its zone; `Wed Mar  9 22:55:00 2011` is by a clock of unknown place, taken as UTC. */
function timeOf(known: ReadonlyMap<string, string>, name: string): number | undefined {
  const seconds = Number(known.get(`${name}_timestamp`));
  if (Number.isSafeInteger(seconds) && seconds > 0 && seconds < 1e11) return seconds * 1000;
  const words = known.get(name);
  const isZoned = /\dT\d.*(?:Z|[+-]\d\d:?\d\d)$/.test(words ?? '');
  const time = words === undefined ? Number.NaN : Date.parse(isZoned ? words : `${words} UTC`);
  return Number.isNaN(time) ? undefined : time;
}
