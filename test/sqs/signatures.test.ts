// Signatures of the real SDK, verified with access keys of the broker's users. Where nobody is asked, no test of this suite
// signs with a key that anybody knows.

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { SQS, type SQSServiceException } from '@aws-sdk/client-sqs';
import { type Client, connect } from '@millrace/client';
import { MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshName } from './support/queues.ts';

const KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const CHECKER = { accessKeyId: 'AKIDCHECKER', secretAccessKey: 'another+secret/of+its+own' };

describe.skipIf(process.env['SQS_ENDPOINT'] !== undefined)('with access keys', () => {
  let directory: TemporaryDirectory;
  let server: MillraceProcess;
  let admin: Client;

  beforeAll(async () => {
    directory = new TemporaryDirectory('millrace-signatures-');
    const secretsKey = `${directory.path}/secrets.key`;
    writeFileSync(secretsKey, randomBytes(32).toString('base64'));
    server = await MillraceProcess.launch({
      dataDir: `${directory.path}/data`,
      flags: [
        '--authentication',
        'required',
        '--secrets-key-file',
        secretsKey,
        '--audit-log',
        `${directory.path}/audit.log`,
      ],
    });
    admin = await connect({ brokers: server.address, auth: { token: await server.adminToken() } });
    await makeUser('worker', KEY, true);
    await makeUser('checker', CHECKER, false);
  });
  afterAll(async () => {
    await admin.close();
    await server.end('SIGTERM');
    directory.remove();
  });

  async function makeUser(user: string, key: typeof KEY, superuser: boolean): Promise<void> {
    const { security } = admin.admin;
    await security.createUser({ user, superuser });
    const { accessKeyId, secretAccessKey: secret } = key;
    await security.createAccessKey({ user, accessKeyId, secret });
  }

  function dial(credentials: typeof KEY, skewMs = 0): SQS {
    return new SQS({
      endpoint: server.httpUrl,
      region: 'eu-north-1',
      credentials,
      maxAttempts: 1,
      systemClockOffset: skewMs,
    });
  }

  async function refusal(
    sqs: SQS,
    ask: (sqs: SQS) => Promise<unknown> = (asked) => asked.listQueues({}),
  ): Promise<[string, number | undefined]> {
    try {
      await ask(sqs);
    } catch (error) {
      const { name, $metadata } = error as SQSServiceException;
      return [name, $metadata.httpStatusCode];
    }
    throw new Error('the request was served');
  }

  /** Failed logins in the audit log, the newest last. */
  function failedLogins(): Record<string, unknown>[] {
    return readFileSync(`${directory.path}/audit.log`, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"login_failed"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  test('a right key: messages go through, whatever is in them', async () => {
    const sqs = dial(KEY);
    const { QueueUrl } = await sqs.createQueue({ QueueName: freshName() });
    const MessageBody = `ü & "😀"\r\n<x> + %2F ${'long'.repeat(9_999)}`;
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
    //
    await expect
      .poll(() => failedLogins().at(-1))
      .toMatchObject({
        user: 'worker',
        remoteAddress: expect.stringContaining('127.0.0.1'),
        api: 'GetAccessKey',
        mechanism: 'accessKey',
        outcome: 'SIGNATURE_MISMATCH',
      });
  });

  test('a key that nobody has', async () => {
    expect(await refusal(dial({ ...KEY, accessKeyId: 'AKIDOTHER' }))).toEqual([
      'InvalidClientTokenId',
      403,
    ]);
    //
    await expect
      .poll(() => failedLogins().at(-1))
      .toMatchObject({
        user: 'AKIDOTHER',
        api: 'GetAccessKey',
        outcome: 'UNKNOWN_ACCESS_KEY',
      });
  });

  test('a right key of a user without rights: no queue is there for it, whether or not it is', async () => {
    const { QueueUrl = '' } = await dial(KEY).createQueue({ QueueName: freshName() });
    const checker = dial(CHECKER);
    expect((await checker.listQueues({})).QueueUrls ?? []).toEqual([]);
    const asks: ((sqs: SQS, url: string) => Promise<unknown>)[] = [
      (sqs, url) => sqs.sendMessage({ QueueUrl: url, MessageBody: 'x' }),
      (sqs, url) => sqs.receiveMessage({ QueueUrl: url }),
      (sqs, url) => sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ['All'] }),
      (sqs, url) => sqs.deleteQueue({ QueueUrl: url }),
      (sqs, url) => sqs.createQueue({ QueueName: url.slice(url.lastIndexOf('/') + 1) }),
    ];
    for (const ask of asks) {
      for (const url of [QueueUrl, `${QueueUrl}-not-there`]) {
        const told = await refusal(checker, (sqs) => ask(sqs, url));
        expect(told).toEqual(['AccessDenied', 403]);
      }
    }
    await dial(KEY).deleteQueue({ QueueUrl });
  });

  test('a user with queues of its own: all that belongs to them, moves of dead letters too', async () => {
    const key = { accessKeyId: 'AKIDMOVER', secretAccessKey: 'it+moves+letters+of+its+own' };
    await makeUser('mover', key, false);
    const own = (['topic', 'group'] as const).map((resource) => {
      const name = 'mover-';
      return {
        user: 'mover',
        effect: 'allow',
        resource,
        pattern: 'prefix',
        name,
        operation: 'all',
      } as const;
    });
    await admin.admin.security.alterAcls({ add: own });
    const sqs = dial(key);
    const letters = await sqs.createQueue({ QueueName: 'mover-letters' });
    const QueueUrl = letters.QueueUrl;
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] });
    const deadLetterTargetArn = Attributes?.['QueueArn'];
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    const mail = await sqs.createQueue({ QueueName: 'mover-mail', Attributes: { RedrivePolicy } });
    const receive = (url?: string, VisibilityTimeout = 0) =>
      sqs.receiveMessage({ QueueUrl: url, WaitTimeSeconds: 5, VisibilityTimeout });
    await sqs.sendMessage({ QueueUrl: mail.QueueUrl, MessageBody: 'bounced' });
    expect((await receive(mail.QueueUrl)).Messages).toHaveLength(1);
    // Given up at the receive after the last allowed, once the lease of no time has ended.
    const givenUp = async () => {
      expect(await sqs.receiveMessage({ QueueUrl: mail.QueueUrl })).not.toHaveProperty('Messages');
      return (await sqs.receiveMessage({ QueueUrl, VisibilityTimeout: 0 })).Messages;
    };
    await expect.poll(givenUp).toMatchObject([{ Body: 'bounced' }]);
    const { TaskHandle } = await sqs.startMessageMoveTask({ SourceArn: deadLetterTargetArn });
    expect(TaskHandle).toBeDefined();
    expect((await receive(mail.QueueUrl, 30)).Messages).toMatchObject([{ Body: 'bounced' }]);
    expect((await sqs.listQueues({})).QueueUrls).toHaveLength(2);
    for (const url of [QueueUrl, mail.QueueUrl]) await sqs.deleteQueue({ QueueUrl: url });
  });

  test('a key that is revoked is good for seconds more', async () => {
    const gone = { accessKeyId: 'AKIDGONE', secretAccessKey: 'soon+no+secret+any+more' };
    await makeUser('gone', gone, true);
    const sqs = dial(gone);
    expect((await sqs.listQueues({})).$metadata.httpStatusCode).toBe(200);
    await admin.admin.security.revokeAccessKey(gone.accessKeyId);
    await expect
      .poll(() => refusal(sqs).catch(() => undefined), { timeout: 20_000 })
      .toEqual(['InvalidClientTokenId', 403]);
  });

  test('a clock that is twenty minutes wrong', async () => {
    for (const skewMs of [-20 * 60_000, 20 * 60_000]) {
      expect(await refusal(dial(KEY, skewMs))).toEqual(['SignatureDoesNotMatch', 403]);
    }
  });

  test('no signature at all', async () => {
    const answer = await fetch(server.httpUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.ListQueues',
      },
      body: '{}',
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-amzn-query-error')).toBe('MissingAuthenticationToken;Sender');
    const form = await fetch(`${server.httpUrl}/?Action=ListQueues`);
    expect(form.status).toBe(403);
    expect(await form.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });
});
