// `queue message`: one message by its id: its state, its result, itself.

import type { MessageDetails } from '@millrace/client';
import { argument, command } from '../../command.ts';
import { formatCount, formatText, formatTime } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import {
  previewOf,
  recordObject,
  VALUE_FORMAT,
  type ValueFormat,
  valueObject,
} from '../../output/record-json.ts';
import { properties } from '../../output/table.ts';
import { sinceText, stateText } from './state-text.ts';

const PREVIEW_WIDTH = 200;

type Details = MessageDetails<Uint8Array, Uint8Array>;

export const message = command({
  name: 'message',
  about: 'show one message by its id: its state, its result, and the record',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    id: argument('<id>', 'message id, as receive, peek and messages show it'),
    valueFormat: VALUE_FORMAT,
  },
  examples: [
    {
      line: 'broker-cli queue message jobs 00000001-0000-8000-8000-00000000002a',
      about: 'message 42 of partition 0 of topic 1',
    },
    {
      line: "broker-cli queue message jobs 00000001-0000-8000-8000-00000000002a --json | jq '.result.value'",
      about: 'its result',
    },
  ],
  async run(context, { queue, id, valueFormat }) {
    const client = await context.client();
    const { codecs } = await import('@millrace/client');
    const details = await client.admin.message(queue, id, {
      codec: codecs.bytes,
      resultCodec: codecs.bytes,
      signal: context.signal,
    });
    await context.output.answer(detailsDocument(details, valueFormat), async () =>
      detailsText(context.output, details),
    );
  },
});

function detailsDocument(details: Details, format: ValueFormat): object {
  const { result, message: record, ...rest } = details;
  return {
    ...rest,
    result:
      result === null
        ? null
        : {
            ...valueObject(result.bytes, format),
            atMs: result.atMs,
            expiresAtMs: result.expiresAtMs,
          },
    record: record === null ? null : recordObject(record, format),
  };
}

async function detailsText(output: Output, details: Details): Promise<string> {
  const { message: record, result, appendTimeMs } = details;
  const headers = (record?.headers ?? []).map(
    ([name, value]) => [`header ${formatText(name)}`, previewOf(value, PREVIEW_WIDTH)] as const,
  );
  return properties(output, [
    ['id', details.id],
    [
      'place',
      `${formatText(details.topic)}, partition ${details.partition}, offset ${details.offset}`,
    ],
    ['state', stateText(details)],
    // A queue keeps no counts of what is finished.
    ['deliveries', details.state === 'acknowledged' ? '-' : formatCount(details.deliveries)],
    ['first delivered', sinceText(details.firstDeliveredAtMs)],
    ['last error', formatText(details.lastError ?? '-', PREVIEW_WIDTH)],
    ['result', result === null ? '-' : previewOf(result.bytes, PREVIEW_WIDTH)],
    ...(result === null ? [] : [['result kept until', formatTime(result.expiresAtMs)] as const]),
    ['appended', appendTimeMs === null ? 'no longer in the log' : sinceText(appendTimeMs)],
    ...(record === null
      ? []
      : [
          ['key', previewOf(record.keyBytes, PREVIEW_WIDTH)] as const,
          ['value', previewOf(record.valueBytes, PREVIEW_WIDTH)] as const,
        ]),
    ...headers,
  ]);
}
