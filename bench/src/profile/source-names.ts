// A profile of compiled code told in its sources: addresses and lines by the source maps that lie beside the code.

import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { CallFrame, CpuProfile } from './cpu-profile.ts';

export function withSources(profile: CpuProfile): CpuProfile {
  const maps = new Map<string, SourceMap | null>();
  const mapOf = (url: string): SourceMap | null => {
    const known = maps.get(url);
    if (known !== undefined) return known;
    const map = readMap(url);
    maps.set(url, map);
    return map;
  };
  const nodes = profile.nodes.map(({ id, callFrame, children }) => {
    return { id, callFrame: sourceFrame(callFrame, mapOf(callFrame.url)), children };
  });
  return { ...profile, nodes };
}

function sourceFrame(frame: CallFrame, map: SourceMap | null): CallFrame {
  const entry = map?.findEntry(frame.lineNumber, frame.columnNumber);
  if (entry === undefined || !('originalSource' in entry)) return frame;
  const url = new URL(entry.originalSource, frame.url).href;
  const { originalLine, originalColumn } = entry;
  return { ...frame, url, lineNumber: originalLine, columnNumber: originalColumn };
}

/** Null where there is none. */
function readMap(url: string): SourceMap | null {
  if (!url.startsWith('file:')) return null;
  const path = `${fileURLToPath(url)}.map`;
  if (!existsSync(path)) return null;
  return new SourceMap(JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload);
}
