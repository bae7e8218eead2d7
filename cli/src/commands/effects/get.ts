// `effects get`: was it done, or is somebody at it?

import { argument, command } from '../../command.ts';
import { formatDuration, formatText, formatTime } from '../../output/format.ts';
import { previewOf, VALUE_FORMAT, valueObject } from '../../output/record-json.ts';
import { properties } from '../../output/table.ts';

const PREVIEW_WIDTH = 200;
const STATES = {
  none: 'never begun, or forgotten',
  started: 'somebody is at it',
  done: 'done',
} as const;

export const get = command({
  name: 'get',
  about: 'show whether an effect of a queue was done, or who is at it',
  details:
    'Workers make effects with `once`. Exit code 0 whatever the state; --json has it as `state`.',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    key: argument('<key>', 'key of the effect'),
    valueFormat: VALUE_FORMAT,
  },
  examples: [
    { line: 'broker-cli effects get billing charge:order-17', about: 'was it charged?' },
    {
      line: "broker-cli effects get billing charge:order-17 --json | jq -r '.state'",
      about: 'none, started or done',
    },
  ],
  async run(context, { queue, key, valueFormat }) {
    const { admin } = await context.client();
    const { codecs } = await import('@millrace/client');
    const options = { codec: codecs.bytes, signal: context.signal };
    const { value, ...effect } = await admin.effect<Uint8Array>(queue, key, options);
    const { state, memberId, atMs, untilMs } = effect;
    const document = { queue, ...effect, ...valueObject(value, valueFormat) };
    await context.output.answer(document, async () =>
      properties(context.output, [
        ['effect', formatText(key)],
        ['state', STATES[state]],
        ['by', formatText(memberId ?? '-')],
        [state === 'done' ? 'done at' : 'claimed at', atMs === null ? '-' : formatTime(atMs)],
        [state === 'done' ? 'remembered' : 'claimed', untilText(untilMs)],
        ['value', previewOf(value, PREVIEW_WIDTH)],
      ]),
    );
  },
});

function untilText(untilMs: number | null): string {
  if (untilMs === null) return '-';
  return `for another ${formatDuration(Math.max(0, untilMs - Date.now()))}`;
}
