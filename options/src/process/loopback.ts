// Whether an address is of this machine alone. Names but localhost are taken for others: it asks no resolver.

import { isIPv4 } from 'node:net';

/** IPv4 addresses as a socket for both families shows them. */
const MAPPED = '::ffff:';

/** Of an address to listen on, or of who connected. */
export function isLoopback(address: string): boolean {
  const name = address.toLowerCase();
  const plain = name.startsWith(MAPPED) ? name.slice(MAPPED.length) : name;
  return plain === 'localhost' || plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}
