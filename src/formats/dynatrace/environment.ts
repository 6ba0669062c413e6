/**
 * The environment behind the address of a problem: `https://abc12345.live.dynatrace.com/ui/…`, `…/e/abc12345/ui/…`.
 * It is the same behind each of its doors; where the address does not tell it, it goes by its host.
 */
export function environmentOf(address: string | undefined): string | undefined {
  const url = URL.parse(address ?? '');
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const byPath = /^\/e\/([\w-]+)(?:\/|$)/.exec(url.pathname)?.[1];
  const byHost = /^([a-z0-9-]+)\.(?:(?:live|sprint|apps|live\.apps)\.)?dynatrace(?:labs)?\.com$/.exec(
    url.hostname,
  )?.[1];
  return (byPath ?? byHost ?? url.hostname).toLowerCase() || undefined;
}
