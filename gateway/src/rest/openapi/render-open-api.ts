// The OpenAPI document as a page of the reference: what a gateway serves at /openapi.json, without a broker.

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify } from 'fastify';
import type { Services } from '../../services.ts';
import { registerRest } from '../register-rest.ts';

/** Routes are declared and never asked: they need nothing to work with. */
const NOTHING = { closing: AbortSignal.abort() } as unknown as Services;

/** JSON, indented, with a line end. */
export async function renderOpenApi(): Promise<string> {
  const app = fastify({ logger: false }).withTypeProvider<TypeBoxTypeProvider>();
  await registerRest(app, NOTHING);
  await app.ready();
  const { body } = await app.inject({ url: '/openapi.json' });
  await app.close();
  return `${JSON.stringify(JSON.parse(body), null, 2)}\n`;
}
