// What attributes and names of queues may be, without a broker: each check and its text.
import { describe, expect, it } from 'vitest';
import * as check from '../../../src/sqs/queues/check-attributes.ts';
import { checkNewName, nameInUrl, parseArn } from '../../../src/sqs/queues/names.ts';
import { pageOf } from '../../../src/sqs/queues/pages.ts';
import { arnOf, refusal } from './setup.ts';

const value = (name: string, text: string) => refusal(() => check.checkValues({ [name]: text }));
const names = (given: Record<string, string>, isFifo = false) =>
  refusal(() => check.checkNames(given, isFifo));

describe('names of queues', () => {
  it('of standard and FIFO queues have their own rules [Q-2] [Q-6]', async () => {
    for (const name of ['a', 'A-b_9', 'x'.repeat(80)]) checkNewName(name, false);
    for (const name of ['a.fifo', `${'x'.repeat(75)}.fifo`]) checkNewName(name, true);
    for (const name of ['', 'a.b', 'a.fifo', 'ä', 'a b', 'x'.repeat(81)]) {
      expect(await refusal(() => checkNewName(name, false))).toBe(
        'InvalidParameterValue: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
      );
    }
    for (const name of ['.fifo', 'a', 'a.b.fifo', 'a.FIFO', `${'x'.repeat(76)}.fifo`]) {
      expect(await refusal(() => checkNewName(name, true))).toBe(
        'InvalidParameterValue: The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length',
      );
    }
  });

  it('are found in URLs of any form [Q-2]', () => {
    const urls = {
      'http://localhost:7651/000000000000/q': 'q',
      'https://sqs.eu-west-1.amazonaws.com/1/a.fifo': 'a.fifo',
      '/queue/eu-west-1/1/q': 'q',
      '/1/q': 'q',
      q: 'q',
    };
    for (const [url, name] of Object.entries(urls)) expect(nameInUrl(url)).toBe(name);
    for (const url of ['', '/', 'http://q', 'http://h/1/q?a=b', 'http://h/1/..']) {
      expect(nameInUrl(url)).toBeUndefined();
    }
    expect(parseArn(arnOf('q'))).toEqual({ service: 'sqs', name: 'q' });
    expect(parseArn('arn:aws-cn:sqs:::q.fifo')).toEqual({ service: 'sqs', name: 'q.fifo' });
    for (const arn of ['', 'q', 'arn:aws:sqs:r:1', 'arn::sqs:r:1:q', 'arn:aws:sqs:r:1:q:x']) {
      expect(parseArn(arn)).toBeUndefined();
    }
  });
});

describe('names of attributes', () => {
  it('are known, and can be given [Q-6] [Q-7]', async () => {
    check.checkNames({ ' VisibilityTimeout ': '1', Policy: '' }, false);
    for (const name of [
      'QueueArn',
      'CreatedTimestamp',
      'ApproximateNumberOfMessages',
      'policy',
      '',
    ]) {
      expect(await names({ [name]: 'x' })).toBe(`InvalidAttributeName: Unknown Attribute ${name}.`);
    }
  });

  it('of FIFO queues are refused for others [Q-6]', async () => {
    for (const name of ['DeduplicationScope', 'FifoThroughputLimit']) {
      expect(await names({ [name]: 'x' })).toBe(
        `InvalidAttributeName: You can specify the ${name} only when FifoQueue is set to true.`,
      );
    }
    for (const name of ['FifoQueue', 'ContentBasedDeduplication']) {
      expect(await names({ [name]: 'false' })).toBe(
        `InvalidAttributeName: Unknown Attribute ${name}.`,
      );
    }
    expect(check.asksForFifo({ 'FifoQueue ': 'True' })).toBe(true);
    expect(check.asksForFifo({ FifoQueue: 'false' })).toBe(false);
  });
});

describe('values of attributes', () => {
  it('are numbers as texts, in their range [Q-7]', async () => {
    const ranges = {
      VisibilityTimeout: [0, 43_200],
      DelaySeconds: [0, 900],
      MaximumMessageSize: [1_024, 1_048_576],
      MessageRetentionPeriod: [60, 1_209_600],
      ReceiveMessageWaitTimeSeconds: [0, 20],
      KmsDataKeyReusePeriodSeconds: [60, 86_400],
    } as const;
    for (const [name, [min, max]] of Object.entries(ranges)) {
      const allowed = check.checkValues({ [name]: `00${min}` });
      expect([...allowed]).toEqual([[name, `${min}`]]);
      check.checkValues({ [name]: `${max}` });
      for (const text of [`${min - 1}`, `${max + 1}`, '', ' 100', '100.0', '1e2', '+100', 'x']) {
        expect(await value(name, text)).toBe(
          `InvalidAttributeValue: Invalid value for the parameter ${name}.`,
        );
      }
    }
  });

  it('are booleans in any case, words and JSON objects [Q-7]', async () => {
    expect(check.checkValues({ SqsManagedSseEnabled: 'TRUE' }).get('SqsManagedSseEnabled')).toBe(
      'true',
    );
    const bad = {
      SqsManagedSseEnabled: ['', 'yes', '1'],
      ContentBasedDeduplication: ['', 'x'],
      DeduplicationScope: ['', 'Queue'],
      FifoThroughputLimit: ['perqueue'],
      Policy: ['x', '[]', '"a"', '1', 'null', '{"a":"\ud800"}', `{"a":"${'x'.repeat(9_000)}"}`],
    };
    for (const [name, texts] of Object.entries(bad)) {
      for (const text of texts) {
        expect(await value(name, text)).toBe(
          `InvalidAttributeValue: Invalid value for the parameter ${name}.`,
        );
      }
    }
    const deep = `{"a":${'['.repeat(4_000)}${']'.repeat(4_000)}}`;
    expect(await value('Policy', deep)).toMatch(/^InvalidAttributeValue/);
    expect(await value('RedrivePolicy', deep)).toMatch(/^InvalidParameterValue/);
  });

  it('of two kinds of encryption exclude each other [Q-28]', async () => {
    const both = { KmsMasterKeyId: 'k', SqsManagedSseEnabled: 'true' };
    expect(await refusal(() => check.checkValues(both))).toBe(
      'InvalidAttributeName: You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    );
    check.checkValues({ ...both, SqsManagedSseEnabled: 'false' });
    check.checkValues({ ...both, KmsMasterKeyId: '' });
  });
});

describe('policies', () => {
  const redrive = async (policy: unknown) => {
    const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
    const start = `InvalidParameterValue: Value ${text} for parameter RedrivePolicy is invalid. Reason: `;
    const refused = await value('RedrivePolicy', text);
    expect(refused.slice(0, start.length)).toBe(start);
    return refused.slice(start.length);
  };

  it('of redriving are refused with their reason [Q-15]', async () => {
    const deadLetterTargetArn = arnOf('dead');
    expect(await redrive('{')).toBe('Redrive policy is not a valid JSON map.');
    expect(await redrive({})).toBe(
      'Redrive policy does not contain mandatory attribute: maxReceiveCount.',
    );
    expect(await redrive({ maxReceiveCount: 5 })).toBe(
      'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.',
    );
    for (const maxReceiveCount of [0, -36, 1_001, 1.5, '0', 'x', '', null, [5]]) {
      expect(await redrive({ deadLetterTargetArn, maxReceiveCount })).toMatch(
        /^Invalid value for maxReceiveCount: .*, valid values are from 1 to 1000 both inclusive\.$/,
      );
    }
    expect(await redrive({ deadLetterTargetArn: 'dead', maxReceiveCount: 1 })).toBe(
      'Dead-letter target ARN should be fully qualified ARN.',
    );
    const topic = deadLetterTargetArn.replace(':sqs:', ':sns:');
    expect(await redrive({ deadLetterTargetArn: topic, maxReceiveCount: 1 })).toBe(
      'Only SQS queues are valid resources for deadLetterTargetArn.',
    );
    expect(await redrive({ deadLetterTargetArn, maxReceiveCount: 1, x: 1 })).toBe(
      'Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].',
    );
  });

  it('of allowing are refused with their reason [Q-16]', async () => {
    const allow = (policy: unknown) =>
      value('RedriveAllowPolicy', typeof policy === 'string' ? policy : JSON.stringify(policy));
    const unreadable = [
      '{',
      {},
      { redrivePermission: 'ALL' },
      { redrivePermission: 'byQueue', sourceQueueArns: 'a' },
      { redrivePermission: 'byQueue', sourceQueueArns: ['a'] },
      { redrivePermission: 'denyAll', more: 1 },
    ];
    for (const policy of unreadable) {
      expect(await allow(policy)).toMatch(/as it’s in an unsupported format\.$/);
    }
    const sourceQueueArns = Array.from({ length: 11 }, (_, at) => arnOf(`q-${at}`));
    expect(await allow({ redrivePermission: 'byQueue' })).toMatch(/one or more sourceQueueArns/);
    expect(await allow({ redrivePermission: 'denyAll', sourceQueueArns: [] })).toMatch(
      /you must set redrivePermission to byQueue\.$/,
    );
    expect(await allow({ redrivePermission: 'byQueue', sourceQueueArns })).toMatch(
      /The maximum number of source queue ARNs you can specify is 10\.$/,
    );
  });
});

describe('pages', () => {
  it('go on after the last name of the page before [Q-21]', async () => {
    const all = Array.from({ length: 2_500 }, (_, at) => `q-${String(at).padStart(4, '0')}`);
    const shuffled = all.toReversed();
    expect(pageOf(shuffled, {})).toEqual({ names: all.slice(0, 1_000), token: undefined });
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = pageOf(shuffled, { MaxResults: 999, NextToken: token });
      seen.push(...page.names);
      ({ token } = page);
    } while (token !== undefined);
    expect(seen).toEqual(all);
    for (const NextToken of [
      'x',
      'invalidtoken',
      'cS0=\n',
      Buffer.from('a b').toString('base64'),
    ]) {
      expect(await refusal(() => pageOf(all, { MaxResults: 5, NextToken }))).toBe(
        'InvalidParameterValue: Invalid or expired next token.',
      );
    }
    for (const MaxResults of [0, -1, 1_001, Number.NaN]) {
      expect(await refusal(() => pageOf(all, { MaxResults }))).toBe(
        'InvalidParameterValue: Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000.',
      );
    }
  });
});
