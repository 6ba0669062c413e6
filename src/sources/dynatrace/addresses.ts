/**
 * One environment has several doors (its own, an ActiveGate's) and people paste whichever page is open. The
 * environment id is the same behind each of them: it is what findings hang on, so changing the door changes nothing.
 */
export interface Address {
  /** Without trailing slash: `https://abc12345.live.dynatrace.com/api/v2`. */
  readonly api: string;
  readonly environmentId: string;
}

const EXPECTED =
  'use https://{id}.live.dynatrace.com, https://{domain}/e/{id} (Managed) or https://{activegate}:9999/e/{id}';

/** The address, or a sentence that says which one to use instead. */
export function readAddress(text: string): Address | string {
  const url = URL.parse(text.trim());
  if (url === null) return `is not an address; ${EXPECTED}`;
  if (url.username !== '' || url.password !== '')
    return 'must not carry a user or password; give the token apart';
  if (url.search !== '' || url.hash !== '') return `must end after the environment; ${EXPECTED}`;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return `must begin with https://; ${EXPECTED}`;
  }
  return environmentBehind(url);
}

function environmentBehind(url: URL): Address | string {
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api(\/v\d)?$/, '');
  const platform = /^([a-z0-9-]+)\.(?:apps|live\.apps)\.dynatrace\.com$/.exec(url.hostname);
  if (platform) return `is the web interface; use https://${platform[1]}.live.dynatrace.com`;
  const byPath = /^\/e\/([\w-]+)$/.exec(path);
  if (byPath) return addressOf(`${url.origin}/e/${byPath[1]}`, byPath[1]!);
  if (path !== '') return `has a path that is no environment (${path}); ${EXPECTED}`;
  const byHost = /^([a-z0-9-]+)\.(?:live|sprint)\.dynatrace(?:labs)?\.com$/.exec(url.hostname);
  if (byHost) return addressOf(url.origin, byHost[1]!);
  return `names no environment; ${EXPECTED}`;
}

function addressOf(base: string, environmentId: string): Address {
  return { api: `${base}/api/v2`, environmentId: environmentId.toLowerCase() };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
