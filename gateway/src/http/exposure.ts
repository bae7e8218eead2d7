// What the options must not leave open by mistake: a port that others reach without credentials, or passwords in plain
// text. It reads no file.

import { isIPv4 } from 'node:net';
import { type OptionsOf, StartError } from '@millrace/options';
import type { GATEWAY_OPTIONS } from '../options/table.ts';
import type { Credentials } from './credentials/credentials-file.ts';
import { listOf } from './host-names.ts';

type Options = OptionsOf<typeof GATEWAY_OPTIONS>;

export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/** Throws StartError `badOption`. */
export function checkGatewayOptions(options: Options): void {
  const { httpTlsCert, httpTlsKey, sqsAccount, sqsPublicUrl, sqsRegion } = options;
  if ((httpTlsCert === '') !== (httpTlsKey === '')) {
    throw bad('--http-tls-cert and --http-tls-key go together.');
  }
  if (!/^\d{12}$/.test(sqsAccount)) throw bad('--sqs-account has to be twelve digits.');
  if (!/^[a-z0-9-]{1,64}$/.test(sqsRegion)) {
    throw bad('--sqs-region has to be lower-case letters, digits and hyphens.');
  }
  if (sqsPublicUrl !== '' && !/^https?:\/\/[^/?#\s]+(\/[^?#\s]*)?$/.test(sqsPublicUrl)) {
    throw bad('--sqs-public-url has to be an http or https URL without a query.');
  }
  for (const origin of listOf(options.httpCorsOrigins)) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw bad('--http-cors-origins has to be origins by comma, such as https://console.example.');
    }
  }
  const isOpen = options.httpCredentials === '' && !options.httpAllowAnonymous;
  if (isOpen && !isLoopback(options.httpHost)) {
    const what = `anyone who reaches ${options.httpHost} could do everything`;
    throw bad(
      `--http-host: ${what}. Give --http-credentials, or --http-allow-anonymous if that is meant.`,
    );
  }
}

/** Throws StartError `badOption`. */
export function checkPlaintext(options: Options, credentials: Credentials): void {
  const hasSecrets = credentials.users.size + credentials.tokens.size > 0;
  const isPlain = options.httpTlsCert === '' && !isLoopback(options.httpHost);
  if (!hasSecrets || !isPlain || options.httpAllowPlaintext) return;
  throw bad(
    '--http-credentials has users or tokens, which would go over the network in plain text: give --http-tls-cert, or --http-allow-plaintext behind a proxy that has TLS.',
  );
}

function bad(text: string): StartError {
  return new StartError('badOption', text);
}
