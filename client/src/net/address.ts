// Addresses as people write them: host:port, [v6]:port, or a host alone.

import { MillraceError } from '@millrace/protocol';

export const DEFAULT_PORT = 7650;

export interface Address {
  readonly host: string;
  readonly port: number;
}

const WITH_BRACKETS = /^\[([^\]]+)\](?::(\d{1,5}))?$/;
const PLAIN = /^([^:[\]\s/]+)(?::(\d{1,5}))?$/;

/** Throws INVALID_CONFIG where the text is no address. */
export function parseAddress(text: string): Address {
  const found = WITH_BRACKETS.exec(text) ?? PLAIN.exec(text);
  const port = Number(found?.[2] ?? DEFAULT_PORT);
  if (found?.[1] === undefined || port < 1 || port > 65_535) {
    throw new MillraceError(
      'INVALID_CONFIG',
      `'${text}' is not an address of a broker: host:port is expected.`,
    );
  }
  return { host: found[1], port };
}

export function parseAddresses(brokers: string | readonly string[]): readonly Address[] {
  const texts = typeof brokers === 'string' ? brokers.split(',') : brokers;
  if (texts.length === 0) throw new MillraceError('INVALID_CONFIG', 'No broker is named.');
  return texts.map((text) => parseAddress(text.trim()));
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
