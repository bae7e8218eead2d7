// Under which names browsers may reach the gateway. A name that anybody can point at this machine must not be one of them,
// or a page from elsewhere could make itself ours (DNS rebinding). Pure.

import { isIP } from 'node:net';
import type { GatewayOptions } from '../options/table.ts';

/** The names in the options, in lower case. Loopback names and addresses need no mention. */
export function ownNames(options: GatewayOptions): ReadonlySet<string> {
  const names = new Set(listOf(options.httpHostNames).map((name) => name.toLowerCase()));
  if (options.httpHost !== '') names.add(options.httpHost.toLowerCase());
  const { sqsPublicUrl } = options;
  if (URL.canParse(sqsPublicUrl)) names.add(new URL(sqsPublicUrl).hostname);
  return names;
}

/** Names by comma. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `localhost:7651`, `[::1]:7651`, `queues.example`: nobody else can make such a name lead here. */
export function isOwnHost(host: string, names: ReadonlySet<string>): boolean {
  const name = nameOf(host.toLowerCase());
  // A page cannot be served under an address but by who has the address.
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true;
  return names.has(name);
}

function nameOf(host: string): string {
  if (host.startsWith('[')) return host.slice(1, Math.max(host.indexOf(']'), 1));
  const colon = host.indexOf(':');
  return colon === -1 ? host : host.slice(0, colon);
}
