// The broker's address: `host`, `host:port`, `[::1]:port`.

import { usage } from '../errors/cli-error.ts';

export const DEFAULT_PORT = 7650;

/** The address with its port, as the client takes it. */
export function parseAddress(text: string): string {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:[\]/]+)(?::(\d{1,5}))?$/i.exec(text.trim());
  const port = Number(match?.[2] ?? DEFAULT_PORT);
  if (match?.[1] === undefined || port < 1 || port > 65_535) {
    throw usage(`'${text}' is not an address: write host:port, such as 127.0.0.1:${DEFAULT_PORT}`);
  }
  return `${match[1]}:${port}`;
}
