// What the API takes: everything else is refused with 400 and the name of the field, before it can become a message.

/** What the fonts that every reader of PDFs has can print; of anything else they would print nonsense. Not only spaces. */
export const FORMATS = {
  'western-european-text': /^(?=.*\S)[ -~\u00a0-ÿŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]*$/u,
} as const;

const TEXT = {
  type: 'string',
  minLength: 1,
  maxLength: 120,
  format: 'western-european-text' satisfies keyof typeof FORMATS,
} as const;
const YEAR = { type: 'integer', minimum: 1700, maximum: 2100 } as const;
const JOB = {
  company: TEXT,
  role: TEXT,
  from: YEAR,
  to: { anyOf: [YEAR, { type: 'null' }] },
} as const;

const object = (properties: object) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const kind = (name: string, fields: object) => object({ kind: { const: name }, ...fields });

/** One row for each `Edit`. */
const EDIT = {
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [
    kind('set-name', { name: TEXT }),
    kind('set-title', { title: TEXT }),
    kind('add-skill', { skill: TEXT }),
    kind('add-job', { job: object(JOB) }),
    kind('remove-job', { company: TEXT }),
  ],
};

export const EDIT_ROUTE = {
  params: object({ user: { type: 'string', pattern: '^[a-z0-9-]{1,32}$' } }),
  /** `id`: made by the browser, the same when it sends the edit again. */
  body: object({ id: { type: 'string', pattern: '^[A-Za-z0-9-]{1,64}$' }, edit: EDIT }),
};

export const TEMPLATE_ROUTE = { body: object({ template: { enum: [1, 2] } }) };
