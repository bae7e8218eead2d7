// GET /brokers: how each broker is. There is one.

import { APIS } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import { outObject } from '../schemas/from-fields.ts';
import { closed } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

export const Brokers = closed({
  brokers: Type.Array(outObject(APIS.DescribeBroker.response, { title: 'Broker' })),
});
export type Brokers = Static<typeof Brokers>;

export function registerBrokers(app: App, { sessionOf }: Services): void {
  app.get(
    '/brokers',
    {
      schema: {
        operationId: 'listBrokers',
        summary: 'How each broker is: readiness, storage, process, rates, options in force',
        tags: ['brokers'],
        response: { 200: Brokers, ...problems() },
      },
    },
    async ({ raw }) => ({ brokers: [await sessionOf(raw).client.admin.describeBroker()] }),
  );
}
