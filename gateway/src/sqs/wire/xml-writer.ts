// Writes the output of an action as the query protocol has it: XML, or JSON of the same outline for callers that ask for
// it. Elements stand in the order of the declaration's members.

import type { Members, Shape } from '../model/shape.ts';
import { encodeBase64 } from './base64.ts';
import { compileJsonOutput } from './json-writer.ts';
import { escapeXml } from './xml-text.ts';

export const XML_HEAD = '<?xml version="1.0"?>';
export const XML_NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';

type Values = Readonly<Record<string, unknown>>;
/** Gives the whole body. */
export type QueryWriter = (output: Values, requestId: string) => string;
/** Gives a member's elements, none where it is empty. */
type ElementWriter = (value: unknown) => string;

export function compileXmlOutput(action: string, members: Members): QueryWriter {
  const head = `${XML_HEAD}<${action}Response xmlns="${XML_NAMESPACE}">`;
  const result = resultWriter(`${action}Result`, members);
  return (output, requestId) =>
    `${head}${result(output)}<ResponseMetadata><RequestId>${escapeXml(requestId)}` +
    `</RequestId></ResponseMetadata></${action}Response>`;
}

/** Actions without output have no result element; one without members closes itself. */
function resultWriter(name: string, members: Members): ElementWriter {
  if (Object.keys(members).length === 0) return () => '';
  const write = structContent(members);
  return (output) => {
    const content = write(output);
    return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
  };
}

/** For `Accept: application/json`. */
export function compileQueryJsonOutput(action: string, members: Members): QueryWriter {
  const write = compileJsonOutput(members);
  const hasResult = Object.keys(members).length > 0;
  return (output, requestId) => {
    const result = hasResult ? `"${action}Result":${write(output)},` : '';
    const metadata = `"ResponseMetadata":{"RequestId":${JSON.stringify(requestId)}}`;
    return `{"${action}Response":{${result}${metadata}}}`;
  };
}

function elementsWriter(name: string, shape: Shape): ElementWriter {
  if (shape.kind === 'list') {
    const write = elementsWriter(shape.flat, shape.item);
    return (value) => (value as readonly unknown[]).map(write).join('');
  }
  if (shape.kind === 'map') {
    const write = elementsWriter('Value', shape.value);
    const { flat, key } = shape;
    return (value) =>
      Object.entries(value as Values)
        .map(([of, held]) => `<${flat}><${key}>${escapeXml(of)}</${key}>${write(held)}</${flat}>`)
        .join('');
  }
  const content = shape.kind === 'struct' ? structContent(shape.members) : SCALARS[shape.kind];
  return (value) => `<${name}>${content(value)}</${name}>`;
}

const SCALARS = {
  text: (value) => escapeXml(value as string),
  integer: String,
  flag: String,
  blob: (value) => encodeBase64(value as Uint8Array),
} as const satisfies Record<string, ElementWriter>;

function structContent(members: Members): ElementWriter {
  const fields = Object.entries(members).map(([name, { shape }]) => ({
    name,
    write: elementsWriter(name, shape),
  }));
  return (value) => {
    const source = value as Values;
    let content = '';
    for (const { name, write } of fields) {
      const held = source[name];
      if (held !== undefined) content += write(held);
    }
    return content;
  };
}
