// Signatures of the real SDK, verified by a gateway that has access keys. Without keys no test of this suite signs with one
// that anybody knows.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQS, type SQSServiceException } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshName } from './support/queues.ts';
import { type OwnServer, startServer } from './support/server.ts';

const KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const directory = mkdtempSync(join(tmpdir(), 'millrace-signatures-'));

describe.skipIf(process.env['SQS_ENDPOINT'] !== undefined)('with access keys', () => {
  let server: OwnServer;

  beforeAll(async () => {
    const path = join(directory, 'credentials.json');
    const accessKeys = [{ id: KEY.accessKeyId, secret: KEY.secretAccessKey }];
    writeFileSync(path, JSON.stringify({ accessKeys }));
    server = await startServer('--http-credentials', path);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  function dial(credentials: typeof KEY, skewMs = 0): SQS {
    return new SQS({
      endpoint: server.endpoint,
      region: 'eu-north-1',
      credentials,
      maxAttempts: 1,
      systemClockOffset: skewMs,
    });
  }

  async function refusal(sqs: SQS): Promise<[string, number | undefined]> {
    try {
      await sqs.listQueues({});
    } catch (error) {
      const { name, $metadata } = error as SQSServiceException;
      return [name, $metadata.httpStatusCode];
    }
    throw new Error('the request was served');
  }

  test('a right key: messages go through, whatever is in them', async () => {
    const sqs = dial(KEY);
    const { QueueUrl } = await sqs.createQueue({ QueueName: freshName() });
    const MessageBody = 'ü & "😀"\r\n<x> + %2F';
    const { MessageId } = await sqs.sendMessage({ QueueUrl, MessageBody });
    const { Messages } = await sqs.receiveMessage({
      QueueUrl,
      WaitTimeSeconds: 10,
      MessageSystemAttributeNames: ['SenderId'],
    });
    expect(Messages).toMatchObject([
      { MessageId, Body: MessageBody, Attributes: { SenderId: KEY.accessKeyId } },
    ]);
    await sqs.deleteQueue({ QueueUrl });
  });

  test('a wrong secret', async () => {
    const sqs = dial({ ...KEY, secretAccessKey: 'other' });
    expect(await refusal(sqs)).toEqual(['SignatureDoesNotMatch', 403]);
  });

  test('a key that nobody has', async () => {
    expect(await refusal(dial({ ...KEY, accessKeyId: 'AKIDOTHER' }))).toEqual([
      'InvalidClientTokenId',
      403,
    ]);
  });

  test('a clock that is twenty minutes wrong', async () => {
    for (const skewMs of [-20 * 60_000, 20 * 60_000]) {
      expect(await refusal(dial(KEY, skewMs))).toEqual(['SignatureDoesNotMatch', 403]);
    }
  });

  test('no signature at all', async () => {
    const answer = await fetch(server.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.ListQueues',
      },
      body: '{}',
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-amzn-query-error')).toBe('MissingAuthenticationToken;Sender');
    const form = await fetch(`${server.endpoint}/?Action=ListQueues`);
    expect(form.status).toBe(403);
    expect(await form.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });
});
