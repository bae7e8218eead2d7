// Makes the OpenAPI document small: what stands in it many times becomes a component that is referred to. A schema with
// a title is one; so are the examples of problems.

import { PROBLEM_MEDIA_TYPE } from '../problem/send-problem.ts';

type Node = Record<string, unknown>;

/** What the generator says where a route says nothing. */
const UNDESCRIBED = 'Default Response';

interface Components {
  readonly schemas: Node;
  readonly examples: Node;
  readonly responses: Node;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Changes the document in place. */
export function shareParts<D extends object>(document: D): D {
  const root = document as Node;
  const components = root['components'] as Node;
  const parts: Components = {
    schemas: components['schemas'] as Node,
    examples: {},
    responses: {},
  };
  for (const path of Object.values(root['paths'] as Node)) {
    for (const operation of Object.values(path as Node)) shareResponses(operation as Node, parts);
  }
  root['paths'] = shareSchemas(root['paths'], parts.schemas);
  root['components'] = { ...components, ...parts };
  return document;
}

function shareResponses(operation: Node, { examples, responses }: Components): void {
  const declared = operation['responses'] as Node;
  for (const [status, response] of Object.entries(declared) as [string, Node][]) {
    if (response['description'] === UNDESCRIBED) response['description'] = 'Done.';
    const content = response['content'];
    const media = isNode(content) ? content[PROBLEM_MEDIA_TYPE] : undefined;
    if (!isNode(media)) continue;
    const given = media['examples'] as Node;
    for (const [code, example] of Object.entries(given)) {
      examples[code] = example;
      given[code] = { $ref: `#/components/examples/${code}` };
    }
    if (status !== 'default') continue;
    responses['AnyProblem'] = response;
    declared[status] = { $ref: '#/components/responses/AnyProblem' };
  }
}

/** The same value with schemas that have a title referred to. A title names one schema: tests hold it to that. */
function shareSchemas(value: unknown, schemas: Node): unknown {
  if (Array.isArray(value)) return value.map((item) => shareSchemas(item, schemas));
  if (!isNode(value)) return value;
  const shared = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'example' || name === 'examples' ? member : shareSchemas(member, schemas),
    ]),
  );
  const { title } = shared;
  if (typeof title !== 'string' || shared['type'] === undefined) return shared;
  schemas[title] = shared;
  return { $ref: `#/components/schemas/${title}` };
}
