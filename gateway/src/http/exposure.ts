// What the options must not leave open by mistake: a port that others reach and that asks nobody, or passwords in plain
// text. It reads no file.

import {
  checkTlsOptions,
  isLoopback,
  StartError,
  type TlsFlags,
  type TlsPaths,
} from '@millrace/options';
import type { GatewayOptions } from '../options/table.ts';
import { listOf } from './host-names.ts';

export const HTTP_TLS_FLAGS: TlsFlags = {
  cert: '--http-tls-cert',
  key: '--http-tls-key',
  clientCa: '--http-tls-client-ca',
  clientCrl: '--http-tls-client-crl',
  clientAuth: '--http-tls-client-auth',
};

export function httpTlsPaths(options: GatewayOptions): TlsPaths {
  return {
    cert: options.httpTlsCert,
    key: options.httpTlsKey,
    clientCa: options.httpTlsClientCa,
    clientCrl: options.httpTlsClientCrl,
    clientAuth: options.httpTlsClientAuth,
  };
}

/** Throws StartError `badOption`. */
export function checkGatewayOptions(options: GatewayOptions): void {
  const { sqsAccount, sqsPublicUrl, sqsRegion } = options;
  checkTlsOptions(HTTP_TLS_FLAGS, httpTlsPaths(options));
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
}

/** What the broker of the gateway says, and what whoever started it allows. */
export interface Exposure {
  /** Callers have to show who they are. */
  readonly isRequired: boolean;
  readonly allowAnonymous: boolean;
}

/** Throws StartError `badOption`. [H-11] [H-14] */
export function checkHttpExposure(options: GatewayOptions, exposure: Exposure): void {
  const { httpHost, httpTlsCert, httpAllowPlaintext } = options;
  if (isLoopback(httpHost)) return;
  if (!exposure.isRequired) {
    if (exposure.allowAnonymous) return;
    const what = `anyone who reaches ${httpHost} could do everything`;
    throw bad(
      `--http-host: ${what}. Start the broker with --authentication required, or give --allow-anonymous if that is meant.`,
    );
  }
  if (httpTlsCert !== '' || httpAllowPlaintext) return;
  throw bad(
    `--http-host: passwords and tokens would go over the network in plain text. Give --http-tls-cert, or --http-allow-plaintext behind a proxy that has TLS.`,
  );
}

function bad(text: string): StartError {
  return new StartError('badOption', text);
}
