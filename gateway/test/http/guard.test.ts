// The guard against pages from elsewhere, rule by rule: docs/semantics/http.md.

import { defaultsOf } from '@millrace/options';
import { describe, expect, test } from 'vitest';
import { faultOf, type GuardSettings } from '../../src/http/guard.ts';
import { ownNames } from '../../src/http/host-names.ts';
import { GATEWAY_OPTIONS } from '../../src/options/table.ts';

const SETTINGS: GuardSettings = {
  names: ownNames({
    ...defaultsOf(GATEWAY_OPTIONS),
    httpHost: 'rim.internal',
    httpHostNames: 'Queues.Example, other.example',
    sqsPublicUrl: 'https://sqs.example/base',
  }),
  origins: new Set(['https://console.example']),
};

/** `GET /topics Host: localhost:7651 | Origin: ...`; `sqs` or `ws` before it says which side it is for. */
function judge(line: string): 'in' | 'origin' | 'host' {
  const [first = '', ...rest] = line.split(' | ');
  const words = first.split(' ');
  const kind = words[0] === 'sqs' || words[0] === 'ws' ? words.shift() : undefined;
  const [method = '', path = ''] = words;
  const headers = Object.fromEntries(
    rest.map((header) => {
      const colon = header.indexOf(': ');
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 2)];
    }),
  );
  const visit = { method, path, headers, isSqs: kind === 'sqs', isUpgrade: kind === 'ws' };
  return faultOf(visit, SETTINGS)?.refused ?? 'in';
}

const RULES: Readonly<Record<string, readonly [line: string, judged: 'in' | 'origin' | 'host'][]>> =
  {
    '[H-1] REST answers under own names only': [
      ['GET /topics | Host: localhost:7651', 'in'],
      ['GET /topics | Host: LOCALHOST', 'in'],
      ['GET /topics | Host: a.localhost:7651', 'in'],
      ['POST /produce | Host: 127.0.0.1:7651', 'in'],
      ['POST /produce | Host: 192.168.1.7', 'in'],
      ['POST /produce | Host: [::1]:7651', 'in'],
      ['GET /topics | Host: rim.internal:1', 'in'],
      ['GET /topics | Host: queues.example', 'in'],
      ['GET /topics | Host: other.example:443', 'in'],
      ['GET /topics | Host: sqs.example', 'in'],
      ['GET /topics', 'in'],
      ['GET /topics | Host: evil.example:7651', 'host'],
      ['GET /topics | Host: localhost.evil.example', 'host'],
      ['GET /topics | Host: 127.0.0.1.evil.example', 'host'],
      ['GET /topics | Host: [::1', 'host'],
      ['GET /topics | Host: ', 'host'],
      ['POST /produce | Host: evil.example:7651 | Origin: http://evil.example:7651', 'host'],
      ['OPTIONS /produce | Host: evil.example', 'host'],
    ],
    '[H-2] The SQS API answers programs under any name, browsers under own ones': [
      ['sqs POST / | Host: sqs.us-east-1.amazonaws.com', 'in'],
      ['sqs POST / | Host: evil.example | Origin: http://evil.example', 'host'],
      ['sqs POST / | Host: evil.example | Sec-Fetch-Site: same-origin', 'host'],
      ['sqs GET / | Host: evil.example', 'host'],
      ['sqs GET / | Host: localhost:7651', 'in'],
      ['sqs POST / | Host: localhost:7651 | Sec-Fetch-Site: same-origin', 'in'],
    ],
    '[H-3] A foreign Origin is refused, whatever it asks for': [
      ['POST /produce | Host: localhost:7651 | Origin: https://evil.example', 'origin'],
      ['GET /topics | Host: localhost:7651 | Origin: https://evil.example', 'origin'],
      ['GET /topics | Host: localhost:7651 | Origin: null', 'origin'],
      ['POST /produce | Host: localhost:7651 | Origin: ', 'origin'],
      ['sqs POST / | Host: localhost:7651 | Origin: null', 'origin'],
      ['ws GET /live | Host: localhost:7651 | Origin: https://evil.example', 'origin'],
      ['POST /produce | Host: localhost:7651 | Origin: https://console.example', 'in'],
      [
        'POST /produce | Host: localhost:7651 | Origin: https://console.example | Sec-Fetch-Site: cross-site',
        'in',
      ],
      ['POST /produce | Host: localhost:7651 | Origin: http://console.example', 'origin'],
      [
        'POST /produce | Host: localhost:7651 | Origin: https://console.example.evil.example',
        'origin',
      ],
    ],
    '[H-4] The own origin is host and port of the Host header': [
      ['POST /produce | Host: localhost:7651 | Origin: http://localhost:7651', 'in'],
      ['POST /produce | Host: queues.example | Origin: https://queues.example', 'in'],
      ['POST /produce | Host: Localhost:7651 | Origin: http://localhost:7651', 'in'],
      ['POST /produce | Host: localhost:7651 | Origin: http://localhost:3000', 'origin'],
      ['POST /produce | Host: localhost:7651 | Origin: http://127.0.0.1:7651', 'origin'],
      ['POST /produce | Origin: http://localhost:7651', 'origin'],
      ['ws GET /live | Host: localhost:7651 | Origin: http://localhost:7651', 'in'],
    ],
    '[H-5] Without Origin, what another site or another port of ours sends is refused': [
      [
        'GET /topics | Host: localhost:7651 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: no-cors',
        'origin',
      ],
      ['GET /topics | Host: localhost:7651 | Sec-Fetch-Site: same-site', 'origin'],
      ['POST /produce | Host: localhost:7651 | Sec-Fetch-Site: cross-site', 'origin'],
      ['sqs POST / | Host: localhost:7651 | Sec-Fetch-Site: cross-site', 'origin'],
      ['sqs GET / | Host: localhost:7651 | Sec-Fetch-Site: same-site', 'origin'],
      ['GET /topics | Host: localhost:7651 | Sec-Fetch-Site: same-origin', 'in'],
      ['GET /consume | Host: localhost:7651 | Sec-Fetch-Site: none', 'in'],
    ],
    '[H-6] A link that a person follows may lead to what has no effect': [
      [
        'GET /dashboard | Host: localhost:7651 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate',
        'in',
      ],
      [
        'GET /consume | Host: localhost:7651 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate',
        'origin',
      ],
      [
        'POST /produce | Host: localhost:7651 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate',
        'origin',
      ],
      [
        'sqs GET / | Host: localhost:7651 | Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate',
        'origin',
      ],
    ],
    '[H-7] A GET with an effect needs a browser to say where it comes from': [
      ['GET /consume | Host: 10.0.0.5:7651 | User-Agent: Mozilla/5.0 (X11)', 'origin'],
      ['sqs GET / | Host: 10.0.0.5:7651 | User-Agent: Mozilla/5.0 (X11)', 'origin'],
      ['ws GET /live | Host: 10.0.0.5:7651 | User-Agent: Mozilla/5.0 (X11)', 'origin'],
      ['GET /consume | Host: 10.0.0.5:7651 | User-Agent: curl/8.5.0', 'in'],
      ['GET /consume | Host: 10.0.0.5:7651', 'in'],
      ['GET /topics | Host: 10.0.0.5:7651 | User-Agent: Mozilla/5.0 (X11)', 'in'],
      ['POST /consume | Host: 10.0.0.5:7651 | User-Agent: Mozilla/5.0 (X11)', 'in'],
    ],
    '[H-8] Pages for probes and scrapers answer under any name': [
      ['GET /healthz | Host: millrace.svc.cluster.local', 'in'],
      ['GET /readyz | Host: millrace.svc.cluster.local', 'in'],
      ['GET /metrics | Host: millrace.svc.cluster.local', 'in'],
      ['sqs GET /metrics | Host: evil.example', 'host'],
      ['GET /metricsx | Host: evil.example', 'host'],
    ],
  };

describe.each(Object.entries(RULES))('%s', (_rule, cases) => {
  test.each(cases)('%s: %s', (line, judged) => {
    expect(judge(line)).toBe(judged);
  });
});
