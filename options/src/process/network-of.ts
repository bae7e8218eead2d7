// Which addresses count as one when logins or connections are counted. It looks nothing up.

import { isIPv6 } from 'node:net';

const MAPPED = '::ffff:';
const GROUPS = 8;
/** Whoever has an IPv6 address has a whole network of so many groups. */
const NETWORK_GROUPS = 4;

/** An IPv4 address as it is, of an IPv6 address its network of 64 bits. */
export function networkOf(address: string): string {
  const plain = address.toLowerCase().split('%', 1)[0] ?? '';
  if (plain.startsWith(MAPPED) && plain.includes('.')) return plain.slice(MAPPED.length);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from(
    { length: Math.max(0, GROUPS - before.length - after.length) },
    () => '0',
  );
  const groups = [...before, ...zeros, ...after];
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
