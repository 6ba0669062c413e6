/**
 * Loaded before every test (`--import`): whatever would leave this machine fails at once, and says so. A test that
 * reached a real host would be slow, would fail for others, and might tell someone what we run.
 */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net, { type IpcNetConnectOpts, type LookupFunction, Socket, type TcpNetConnectOpts } from 'node:net';

const isLoopback = (address: string): boolean =>
  /^127\.\d+\.\d+\.\d+$|^::1$|^::ffff:127\.\d+\.\d+\.\d+$/.test(address);
const isLocalName = (name: string): boolean => /^(.+\.)?localhost\.?$/i.test(name);

function refusal(what: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`tests reach no network: ${what}`), { code: 'EREFUSED_IN_TESTS' });
}

/** Names of this machine, and addresses, are looked up; no other question is asked. */
function mayLookUp(name: unknown): boolean {
  return typeof name !== 'string' || name === '' || net.isIP(name) !== 0 || isLocalName(name);
}

const { lookup } = dns;
const { lookup: promisedLookup } = dns.promises;

function guardedLookup(...given: unknown[]): void {
  if (mayLookUp(given[0])) return void Reflect.apply(lookup, dns, given);
  const answer = given.at(-1);
  if (typeof answer === 'function') process.nextTick(answer, refusal(`looking up ${given[0]}`));
}

const lookUp: LookupFunction = (name, options, answer) => guardedLookup(name, options, answer);

/** A test may name a host as it likes if its own lookup leads back here; so it is the address that counts. */
function loopbackOnly(inner: LookupFunction): LookupFunction {
  return (name, options, answer) =>
    inner(name, options, (error, found, family) => {
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found];
      const outside = error ? undefined : addresses.find((address) => !isLoopback(address));
      if (outside !== undefined) return answer(refusal(`connecting to ${name} (${outside})`), '', 0);
      answer(error, found, family);
    });
}

const { connect } = Socket.prototype;

Socket.prototype.connect = function (this: Socket, ...given: unknown[]): Socket {
  return Reflect.apply(connect, this, guardConnect(given));
};

/**
 * Connecting takes (path), (port, host?), (options), or, from inside Node, one array of options and callback that is
 * marked as such and must stay the same array.
 */
function guardConnect(given: unknown[]): unknown[] {
  const [first, second] = given;
  if (Array.isArray(first)) {
    first[0] = guardOptions(first[0]);
    return given;
  }
  if (typeof first === 'object' && first !== null) return [guardOptions(first), ...given.slice(1)];
  if (typeof first === 'string' && Number.isNaN(Number(first))) return given;
  if (typeof second !== 'string') return given;
  return [guardOptions({ port: Number(first), host: second }), ...given.slice(2)];
}

function guardOptions(options: Partial<TcpNetConnectOpts & IpcNetConnectOpts>): object {
  if (options.path) return options;
  const host = options.host || 'localhost';
  if (net.isIP(host) === 0) return { ...options, lookup: loopbackOnly(options.lookup ?? lookUp) };
  if (!isLoopback(host)) throw refusal(`connecting to ${host}`);
  return options;
}

// As it was, seen from `util.promisify` and whoever asks for its name.
Object.defineProperties(guardedLookup, Object.getOwnPropertyDescriptors(lookup));
Object.assign(dns, { lookup: guardedLookup });
Object.assign(dns.promises, {
  lookup: async (name: string, options: dns.LookupOptions) => {
    if (!mayLookUp(name)) throw refusal(`looking up ${name}`);
    return await promisedLookup(name, options);
  },
});
for (const questions of [dns, dns.promises]) {
  for (const name of Object.keys(questions).filter((key) => /^(resolve|reverse)/.test(key))) {
    Object.assign(questions, {
      [name]: (subject: unknown) => {
        throw refusal(`asking a name server for ${subject}`);
      },
    });
  }
}
syncBuiltinESMExports();
