// What the options would leave open by mistake is refused at the start. Rules: docs/semantics/http.md.

import { defaultsOf, StartError } from '@millrace/options';
import { describe, expect, test } from 'vitest';
import { checkGatewayOptions, checkHttpExposure } from '../../src/http/exposure.ts';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../src/options/table.ts';

const DEFAULTS = defaultsOf(GATEWAY_OPTIONS);

function faultOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return `${error.exitCode}: ${error.message}`;
  }
  return 'no fault';
}

describe('options that contradict each other, or say nothing', () => {
  const cases: readonly [what: string, given: Partial<GatewayOptions>, fault: RegExp][] = [
    [
      'half of TLS',
      { httpTlsCert: 'a.pem' },
      /^64: --http-tls-cert and --http-tls-key go together\.$/,
    ],
    [
      'certificates of callers without TLS',
      { httpTlsClientAuth: 'required', httpTlsClientCa: 'ca.pem' },
      /^64: --http-tls-client-auth required takes --http-tls-cert/,
    ],
    [
      'certificates of callers that nothing verifies',
      { httpTlsCert: 'a', httpTlsKey: 'b', httpTlsClientAuth: 'optional' },
      /^64: --http-tls-client-ca and --http-tls-client-auth/,
    ],
    ['an account of letters', { sqsAccount: 'me' }, /^64: --sqs-account/],
    ['a region with a space', { sqsRegion: 'eu west' }, /^64: --sqs-region/],
    ['a public URL without a scheme', { sqsPublicUrl: 'queues.example' }, /^64: --sqs-public-url/],
    [
      'a public URL with a query',
      { sqsPublicUrl: 'https://q.example/?a=b' },
      /^64: --sqs-public-url/,
    ],
    ['a public URL', { sqsPublicUrl: 'https://q.example/base' }, /^no fault$/],
    [
      'an origin with a path',
      { httpCorsOrigins: 'https://a.example/x' },
      /^64: --http-cors-origins/,
    ],
    ['any origin', { httpCorsOrigins: '*' }, /^64: --http-cors-origins/],
    ['two origins', { httpCorsOrigins: 'https://a.example, http://b.example:8080' }, /^no fault$/],
  ];
  test.each(cases)('%s', (_what, given, fault) => {
    expect(faultOf(() => checkGatewayOptions({ ...DEFAULTS, ...given }))).toMatch(fault);
  });
});

describe('ports that others reach', () => {
  const ASKS = { isRequired: true, allowAnonymous: false };
  const ASKS_NOBODY = { isRequired: false, allowAnonymous: false };
  const fault = (given: Partial<GatewayOptions>, exposure = ASKS_NOBODY) =>
    faultOf(() => checkHttpExposure({ ...DEFAULTS, ...given }, exposure));

  test.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('[H-11] %s is loopback', (httpHost) => {
    expect(fault({ httpHost })).toBe('no fault');
    expect(fault({ httpHost }, ASKS)).toBe('no fault');
  });

  test.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example'])(
    '[H-11] [H-14] %s asks who its callers are, over TLS',
    (httpHost) => {
      expect(fault({ httpHost })).toMatch(/^64: --http-host: anyone who reaches .* could do/);
      expect(fault({ httpHost }, { isRequired: false, allowAnonymous: true })).toBe('no fault');
      expect(fault({ httpHost }, ASKS)).toMatch(/^64: --http-host: passwords and tokens/);
      expect(fault({ httpHost, httpAllowPlaintext: true }, ASKS)).toBe('no fault');
      expect(fault({ httpHost, httpTlsCert: 'a', httpTlsKey: 'b' }, ASKS)).toBe('no fault');
    },
  );
});
