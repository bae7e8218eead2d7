// An action with its readers, its writers and its handler: compiled once, when the server starts, from the table of
// actions. It knows nothing of HTTP.

import type { SqsCall, SqsHandlers } from '../handler.ts';
import { ACTIONS, type ActionName } from '../model/actions.ts';
import type { Node } from '../wire/form.ts';
import { compileJsonInput } from '../wire/json-reader.ts';
import { compileJsonOutput } from '../wire/json-writer.ts';
import { compileQueryInput } from '../wire/query-reader.ts';
import { compileQueryJsonOutput, compileXmlOutput } from '../wire/xml-writer.ts';

type AnyHandler = (input: Record<string, unknown>, call: SqsCall) => Promise<Output>;

/** What came out of a handler; only the operation's own writers know what it is. */
declare const outputMark: unique symbol;
export interface Output {
  readonly [outputMark]: ActionName;
}

export interface Operation {
  readonly name: ActionName;
  /** Whether the input names a queue, so that the path may name it instead. */
  readonly takesQueueUrl: boolean;
  callJson(handlers: SqsHandlers, body: Record<string, unknown>, call: SqsCall): Promise<Output>;
  callQuery(handlers: SqsHandlers, parameters: Node, call: SqsCall): Promise<Output>;
  writeJson(output: Output): string;
  writeXml(output: Output, requestId: string): string;
  writeQueryJson(output: Output, requestId: string): string;
}

export type Operations = ReadonlyMap<string, Operation>;

export function compileOperations(): Operations {
  const names = Object.keys(ACTIONS) as ActionName[];
  return new Map(names.map((name) => [name, compileOperation(name)]));
}

function compileOperation(name: ActionName): Operation {
  const { input, output } = ACTIONS[name];
  // Readers give what the declaration says, and handlers' types are made of the same declaration: so this cast is true.
  const handlerOf = (handlers: SqsHandlers) => handlers[name] as unknown as AnyHandler;
  const readJson = compileJsonInput(input);
  const readQuery = compileQueryInput(input);
  return {
    name,
    takesQueueUrl: 'QueueUrl' in input,
    callJson: (handlers, body, call) => handlerOf(handlers)(readJson(body), call),
    callQuery: (handlers, parameters, call) => handlerOf(handlers)(readQuery(parameters), call),
    writeJson: asWriter(compileJsonOutput(output)),
    writeXml: asWriter(compileXmlOutput(name, output)),
    writeQueryJson: asWriter(compileQueryJsonOutput(name, output)),
  };
}

/** Writers walk the values by their declaration. */
function asWriter<R extends unknown[]>(
  write: (values: Readonly<Record<string, unknown>>, ...rest: R) => string,
): (output: Output, ...rest: R) => string {
  return (output, ...rest) => write(output as unknown as Record<string, unknown>, ...rest);
}
