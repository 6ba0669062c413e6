import { BlockList, isIP } from 'node:net';

/** Nothing there is ever a source: this machine's links, cloud metadata, multicast, reserved space. */
const NEVER = blockList([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['ff00::', 8],
  ['2001:db8::', 32],
]);

const PRIVATE = blockList([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
  ['fec0::', 10],
]);

/** Addresses that carry an IPv4 address inside, where it starts (in hexadecimal groups). */
const CARRIERS = [
  { prefix: '64:ff9b::', groups: 6 },
  { prefix: '2002:', groups: 1 },
] as const;

function blockList(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of ranges) list.addSubnet(address, bits, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

export type AddressKind = 'public' | 'private' | 'never';

/** `address` is an IP address as a resolver gives it. What cannot be read is `never`. */
export function addressKind(address: string): AddressKind {
  const version = isIP(address);
  if (version === 0) return 'never';
  const inner = version === 6 ? carriedAddress(address) : undefined;
  if (inner !== undefined) return addressKind(inner);
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (NEVER.check(address, family)) return 'never';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

function carriedAddress(address: string): string | undefined {
  const groups = expand(address);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const start = mapped ? 6 : CARRIERS.find(({ prefix }) => canonical(address).startsWith(prefix))?.groups;
  if (start === undefined) return undefined;
  const [high, low] = [groups[start]!, groups[start + 1]!];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** The URL parser knows every way to write an IPv6 address and gives one. */
function canonical(address: string): string {
  return new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
}

function expand(address: string): number[] {
  const [head = '', tail] = canonical(address).split('::');
  const read = (part: string) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const [before, after] = [read(head), read(tail ?? '')];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** Why an address may not be called, or undefined. */
export function refusal(address: string, allowPrivate: boolean): string | undefined {
  const kind = addressKind(address);
  if (kind === 'never') return 'is a link-local, metadata or reserved address; it is never called';
  if (kind === 'private' && !allowPrivate) {
    return 'is a private address; set allowPrivate for this source if it is meant';
  }
  return undefined;
}
