// The log: what it redacts, what it never holds, and how a line looks to people.

import { MillraceError } from '@millrace/protocol';
import { expect, test } from 'vitest';
import { type Log, openLog } from '../src/process/log.ts';
import { textLine } from '../src/process/log-text.ts';

/** The log with lines of no event that there is. */
type AnyLog = Record<keyof Log, (fields: object, message: string) => void>;

function logged(write: (log: AnyLog) => void, format: 'json' | 'text' = 'json'): string[] {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  write(openLog({ level: 'info', format, sink }).log as AnyLog);
  return lines;
}

test('one JSON object a line: level by name, time, fields, message', () => {
  const [line = ''] = logged((log) => log.info({ event: 'x', port: 1 }, 'hello'));
  expect(line.endsWith('}\n')).toBe(true);
  const fields = JSON.parse(line) as Record<string, unknown>;
  expect(fields).toMatchObject({ level: 'info', event: 'x', port: 1, msg: 'hello' });
  expect(Object.keys(fields)).not.toContain('hostname');
  expect(new Date(String(fields['time'])).getFullYear()).toBeGreaterThan(2000);
  expect(logged((log) => log.debug({}, 'below the level'))).toEqual([]);
});

test('credentials are redacted wherever they stand; bytes are only counted', () => {
  const secret = 'open sesame';
  const [line = ''] = logged((log) =>
    log.warn(
      {
        credentials: secret,
        request: { credentials: secret, password: secret, name: 'kept' },
        deep: { er: { authorization: secret } },
        payload: Buffer.from(secret),
      },
      'm',
    ),
  );
  expect(line).not.toContain('sesame');
  expect(line).not.toContain(Buffer.from(secret).toString('base64').slice(0, 8));
  expect(JSON.parse(line)).toMatchObject({
    credentials: '[redacted]',
    request: { password: '[redacted]', name: 'kept' },
    payload: '<11 bytes>',
  });
});

test('our refusals come without a stack, faults with it and with their cause', () => {
  const refusal = new MillraceError('LIMIT_EXCEEDED', 'too much', { limit: '1 byte' });
  const [first = ''] = logged((log) => log.error({ err: refusal }, 'm'));
  expect((JSON.parse(first) as { err: unknown }).err).toEqual({
    code: 'LIMIT_EXCEEDED',
    message: 'too much',
    limit: '1 byte',
  });
  const fault = new TypeError('outer', { cause: new RangeError('inner') });
  const [second = ''] = logged((log) => log.error({ err: fault }, 'm'));
  expect((JSON.parse(second) as { err: unknown }).err).toMatchObject({
    name: 'TypeError',
    stack: expect.stringContaining('log.test'),
    cause: { name: 'RangeError', message: 'inner' },
  });
});

test('lines for people: time, level, sentence, fields; names from outside cannot steer a terminal', () => {
  const [line = ''] = logged(
    (log) => log.warn({ clientName: '\u001b[31mred\r\n', connectionId: 3 }, 'A client is slow.'),
    'text',
  );
  expect(line).toMatch(
    /^\d\d:\d\d:\d\d warn {2}A client is slow\. clientName=\?\[31mred\?\? connectionId=3\n$/,
  );
  const [fault = ''] = logged((log) => log.error({ err: new Error('no') }, 'm'), 'text');
  expect(fault).toContain('\nError: no\n    at ');
  expect(textLine('not json\n')).toBe('not json\n');
});
