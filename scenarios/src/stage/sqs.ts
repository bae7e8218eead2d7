// A client of the Amazon SQS API at an endpoint of ours. Credentials are any: nobody asks for them here.

import { SQS } from '@aws-sdk/client-sqs';

export const SQS_REGION = 'eu-central-1';

export function dialSqs(endpoint: string): SQS {
  // It runs on the Node.js of this repository, and says about a later one what belongs in no scenario.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return new SQS({
    endpoint,
    region: SQS_REGION,
    credentials: { accessKeyId: 'scenario', secretAccessKey: 'scenario' },
  });
}
