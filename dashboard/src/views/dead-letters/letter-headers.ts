// Headers of a letter as they are edited: those that say where and why it died are not among them. Pure.
import type { Message } from '../../api/work-shapes.ts';
import { jsonFault } from './text-diff.ts';

type Headers = NonNullable<Message['headers']>;

const DEATH = 'millrace-dlq-';
/** Of the message that was sent: a copy keeps it. */
const FIRST_ID = `${DEATH}message-id`;

/** As JSON, exactly: values may have any characters, and names several values. */
export function headersText({ headers = {} }: Pick<Message, 'headers'>): string {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(DEATH));
  return JSON.stringify(Object.fromEntries(own), null, 2);
}

/** What is wrong with the text; undefined: nothing. */
export function headersFault(text: string): string | undefined {
  const fault = jsonFault(text);
  if (fault !== undefined) return fault;
  const given = JSON.parse(text) as unknown;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return 'Give an object: {"name": "value"}.';
  }
  const wrong = Object.entries(given).find(
    ([, value]) => ![value].flat().every((one) => typeof one === 'string'),
  );
  if (wrong !== undefined) return `${wrong[0]}: a value is a text, or a list of texts.`;
  const reserved = Object.keys(given).find((name) => name.startsWith(DEATH));
  return reserved === undefined ? undefined : `${reserved} is for the broker to write.`;
}

/** All that the copy is to have: those of bytes stay as they are. The text has no fault. */
export function headersOf(
  text: string,
  { headers = {}, headersBase64 }: Pick<Message, 'headers' | 'headersBase64'>,
): { headers: Headers; headersBase64?: NonNullable<Message['headersBase64']> } {
  const firstId = headers[FIRST_ID];
  return {
    headers: {
      ...(JSON.parse(text) as Headers),
      ...(firstId === undefined ? {} : { [FIRST_ID]: firstId }),
    },
    ...(headersBase64 === undefined ? {} : { headersBase64 }),
  };
}
