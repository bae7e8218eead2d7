// The context in Amazon's header X-Amzn-Trace-Id: `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=1`, in any order. Without
// a parent it names no span that one could go on from.

import { type Context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';

const ROOT = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})\s*(?:;|$)/i;
const PARENT = /(?:^|;)\s*Parent=([0-9a-f]{16})\s*(?:;|$)/i;
const SAMPLED = /(?:^|;)\s*Sampled=1\s*(?:;|$)/i;
const LENGTH_MAX = 4_096;

export function amazonContext(header: string): Context {
  if (header.length > LENGTH_MAX) return ROOT_CONTEXT;
  const root = ROOT.exec(header);
  const parent = PARENT.exec(header);
  if (root === null || parent === null) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: `${root[1]}${root[2]}`.toLowerCase(),
    spanId: (parent[1] as string).toLowerCase(),
    traceFlags: SAMPLED.test(header) ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  });
}
