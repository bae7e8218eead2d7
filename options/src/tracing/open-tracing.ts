// Whether this process exports traces, and where to. Where it does not, nothing of the SDK is loaded. It makes no spans.

import type { ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import type { Environment } from '../parse-options.ts';
import { StartError } from '../process/exit-codes.ts';
import type { Log } from '../process/log.ts';

export interface TracingSources {
  /** By option; empty: by the environment. */
  readonly endpoint: string;
  readonly env: Environment;
  /** Unless OTEL_SERVICE_NAME says another. */
  readonly serviceName: string;
  readonly version: string;
  readonly log: Log;
}

/** What spans are made with. */
export interface Tracing {
  readonly provider: TracerProvider;
  /** W3C trace context. */
  readonly propagator: TextMapPropagator;
  /** For who lets contexts follow what is asynchronous: to be registered once in a thread. */
  readonly contexts: ContextManager;
  /** Exports what waits, and gives up after this time: what was not exported is lost. */
  close(timeoutMs: number): Promise<void>;
}

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;

export interface Target {
  /** Undefined: as the SDK finds it in the environment. */
  readonly url: string | undefined;
  readonly protocol: (typeof PROTOCOLS)[number];
}

/** Undefined: nobody asks for traces. Throws StartError `badOption`. */
export async function openTracing(sources: TracingSources): Promise<Tracing | undefined> {
  const target = targetOf(sources);
  if (target === undefined) return undefined;
  const { startTracing } = await import('./start-tracing.ts');
  return startTracing(target, sources);
}

/** By the standard's variables; the option is one for the endpoint that beats them. */
export function targetOf({ endpoint, env }: Pick<TracingSources, 'endpoint' | 'env'>) {
  if (isSet(env, 'OTEL_SDK_DISABLED', 'true') || isSet(env, 'OTEL_TRACES_EXPORTER', 'none'))
    return undefined;
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  const own = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? '';
  if (endpoint === '' && base === '' && own === '') return undefined;
  if (endpoint !== '') checkUrl('--otlp-endpoint', endpoint);
  else if (own !== '') checkUrl('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', own);
  else checkUrl('OTEL_EXPORTER_OTLP_ENDPOINT', base);
  const url = endpoint === '' ? undefined : `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  return { url, protocol: protocolOf(env) } satisfies Target;
}

function protocolOf(env: Environment): Target['protocol'] {
  const names = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];
  const name = names.find((one) => (env[one] ?? '') !== '');
  if (name === undefined) return PROTOCOLS[0];
  const found = PROTOCOLS.find((protocol) => protocol === env[name]?.trim());
  if (found !== undefined) return found;
  const text = `${name} is "${env[name]}"; it has to be one of ${PROTOCOLS.join(', ')}.`;
  throw new StartError('badOption', text);
}

function checkUrl(name: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return;
  const hint = 'it has to be a URL such as http://127.0.0.1:4318';
  throw new StartError('badOption', `${name} is "${text}"; ${hint}.`);
}

function isSet(env: Environment, name: string, value: string): boolean {
  return env[name]?.trim().toLowerCase() === value;
}
