import { GatehouseError } from '../../domain/errors.ts';
import type { HttpClient } from '../../platform/http/client.ts';
import { tokenCredential } from '../../platform/http/credential.ts';
import { resolveSecret, Secret } from '../../platform/secret.ts';
import type { SourcePlatform } from '../source.ts';
import { readAddress } from './addresses.ts';
import type { DynatraceSettings } from './settings.ts';

export async function connect(settings: DynatraceSettings, platform: SourcePlatform): Promise<HttpClient> {
  const { sourceId, environment, log } = platform;
  const address = readAddress(settings.url);
  if (typeof address === 'string') throw new GatehouseError('config-invalid', `${sourceId}: url ${address}`);
  const { requestsPerSecond, maxConcurrency } = settings;
  return platform.createClient({
    name: sourceId,
    baseUrl: address.api,
    allowPrivate: settings.allowPrivate,
    credential: tokenCredential({
      prefix: 'Api-Token ',
      token: async () => {
        const token = await resolveSecret(settings.token, environment);
        const oddity = oddityOf(token);
        if (oddity !== undefined) log?.warn(`${sourceId}: ${oddity}`);
        return token;
      },
    }),
    accessHint: 'check that the token is valid and has the scopes securityProblems.read and entities.read',
    tls: await tlsOf(settings, environment),
    proxy: await proxyOf(settings, environment),
    limits: {
      ratePerSecond: requestsPerSecond,
      maxConcurrency,
      maxWorkers: platform.maxWorkers ?? settings.maxWorkers,
    },
    log,
    onEvent: platform.onEvent,
  });
}

const TOKEN = /^dt0[a-z]\d{2}\.[A-Z2-7]{24}\.[A-Z2-7]{64}$/;

/** Only prefix and public part are ever shown; and of a text without the three parts, nothing. */
export function oddityOf(token: Secret): string | undefined {
  const text = token.reveal();
  if (TOKEN.test(text)) return undefined;
  const parts = text.split('.');
  const shown = parts.length === 3 && parts[0] === 'dt0c01' ? ` ${parts[0]}.${parts[1]}` : '';
  return `the token${shown} does not look like a Dynatrace access token (dt0c01.….…); it is used as it is`;
}

async function tlsOf({ tls }: DynatraceSettings, environment: SourcePlatform['environment']) {
  if (tls === undefined) return undefined;
  const { verify, caFile, certFile, keyFile } = tls;
  const read = async (file: string | undefined) =>
    file === undefined ? undefined : await resolveSecret({ file }, environment);
  return {
    verify,
    ca: (await read(caFile))?.reveal(),
    cert: (await read(certFile))?.reveal(),
    key: await read(keyFile),
  };
}

async function proxyOf({ proxy }: DynatraceSettings, environment: SourcePlatform['environment']) {
  if (proxy === undefined) return undefined;
  return typeof proxy === 'string' ? new Secret(proxy) : await resolveSecret(proxy, environment);
}
