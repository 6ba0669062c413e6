import type { Configuration } from './configuration.ts';

/** What counts, in the order in which it is written; references stay references, and no address shows a password. */
export function shownConfiguration(configuration: Configuration): Readonly<Record<string, unknown>> {
  const {
    file,
    home,
    store,
    sources,
    feeds,
    formats,
    scopes,
    policy,
    waiverFiles,
    release,
    releases,
    attestation,
  } = configuration;
  return withoutPasswords({
    file: file ?? null,
    home,
    store,
    sources: [
      ...sources.map(({ name, source, settings }) => ({ name, kind: source.kind, ...Object(settings) })),
      ...feeds.map(({ name, feed, settings }) => ({ name, kind: feed.kind, ...settings })),
    ],
    formats,
    scopes,
    policy,
    waivers: waiverFiles,
    release,
    releases,
    attestation,
  });
}

function withoutPasswords<T>(value: T): T {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? withoutPassword(inner) : inner,
  );
  return JSON.parse(text);
}

/** `//user:***@host` */
export function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^/@\s:]*):[^/@\s]*@/g, '$1:***@');
}
