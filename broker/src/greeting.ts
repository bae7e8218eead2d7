// What a person sees on a terminal when the broker is ready: where it listens and what to try next.

import { formatAddress } from '@millrace/options';

export interface Greeting {
  readonly version: string;
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly dataDir: string;
  readonly sync: 'always' | 'os';
}

/** The port that broker-cli goes to by itself. */
const CLI_PORT = 7650;

/** Something else that listens: what it is, where, and what is there. */
export interface GreetingLine {
  readonly noun: string;
  readonly text: string;
}

export function greetingText(greeting: Greeting, more: readonly GreetingLine[]): string {
  const { version, host, port, adminHost, adminPort, dataDir, sync } = greeting;
  const address = formatAddress(reachable(host), port);
  const broker = port === CLI_PORT && reachable(host) === '127.0.0.1' ? '' : ` --broker ${address}`;
  const durable =
    sync === 'always'
      ? 'every acknowledgement is on the disk'
      : 'sync: os, a power cut may lose what was acknowledged';
  return [
    `Millrace ${version} is ready.`,
    `  protocol  ${formatAddress(host, port)}`,
    `  admin     http://${formatAddress(reachable(adminHost), adminPort)}  /healthz /readyz /metrics`,
    ...more.map(({ noun, text }) => `  ${noun.padEnd(8)}  ${text}`),
    `  data      ${dataDir}  (${durable})`,
    '',
    'Try next, in another terminal:',
    `  npx broker-cli${broker} topics create greetings --partitions 3`,
    `  echo '{"hello":"world"}' | npx broker-cli${broker} produce greetings`,
    `  npx broker-cli${broker} consume greetings --no-follow`,
    `  npx broker-cli${broker} --help`,
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}

/** Nobody can connect to a wildcard address. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
