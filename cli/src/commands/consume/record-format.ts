// How `consume` writes a record: a line of JSON, its value, its key and value, or a template.

import { choice, flag, option, optionWith, type ValuesOf } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { recordLine, type ShownRecord, VALUE_FORMAT } from '../../output/record-json.ts';
import {
  ENCODING,
  encoded,
  parseSeparator,
  parseTemplate,
  TEMPLATE_ABOUT,
} from '../../output/record-template.ts';

const OUTPUTS = ['json', 'value', 'key-value'] as const;
const LINE_END = Buffer.from('\n');

export const FORMAT_INPUTS = {
  output: choice(
    '-o, --output <format>',
    'json: an object a line (default); value; or key, separator and value; each with a line end',
    OUTPUTS,
  ),
  valueFormat: VALUE_FORMAT,
  keySeparator: optionWith(
    '--key-separator <text>',
    'what --output key-value writes between key and value',
    parseSeparator,
    '\t',
    '\\t',
  ),
  template: option(
    '-f, --template <text>',
    `write records so, without a line end: ${TEMPLATE_ABOUT}`,
    parseTemplate,
  ),
  encoding: ENCODING,
  raw: flag('--raw', 'the same as --output value'),
};

/** Throws a usage error where options exclude each other. */
export function recordFormat(
  given: ValuesOf<typeof FORMAT_INPUTS>,
): (record: ShownRecord) => string | Uint8Array {
  const { output, template, raw, encoding, valueFormat } = given;
  const named = [output, template, raw ? raw : undefined].filter((each) => each !== undefined);
  if (named.length > 1) throw usage('--output, --template and --raw exclude each other');
  if (template !== undefined) return template(encoding);
  const format = raw ? 'value' : (output ?? 'json');
  if (format === 'json') {
    if (encoding !== 'raw') throw usage('--encoding is not for JSON: see --value-format');
    return (record) => `${recordLine(record, valueFormat)}\n`;
  }
  const separator = Buffer.from(given.keySeparator);
  const hasKey = format === 'key-value';
  return ({ keyBytes, valueBytes }) =>
    Buffer.concat([
      ...(hasKey ? [encoded(keyBytes, encoding), separator] : []),
      encoded(valueBytes, encoding),
      LINE_END,
    ]);
}
