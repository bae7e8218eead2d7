// A results file from the disk: a whole run, or one workload's --json, which is a run of one workload. Merging several.

import { readFileSync } from 'node:fs';
import type { Report } from '../report/report.ts';
import { withoutMended, workloadKey } from './present.ts';
import {
  type ComparedMode,
  type Curve,
  type PeerComparison,
  RESULTS_FORMAT,
  type Results,
} from './results.ts';
import { peersShape, resultsShape, workloadShape } from './results-shape.ts';
import { ShapeError } from './shape.ts';

/** The file cannot be read, or is none of ours; names the file and the field. */
export class BadResults extends Error {
  override readonly name = 'BadResults';
}

/** Throws BadResults. */
export function readResults(path: string): Results {
  try {
    return resultsOf(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof ShapeError) throw new BadResults(`${path}: ${message}`);
    throw new BadResults(`${path} cannot be read: ${message}`);
  }
}

/** Throws ShapeError. */
export function resultsOf(document: unknown): Results {
  if (isComparison(document)) {
    const peers = peersShape(document, '');
    const { environment } = peers;
    return { format: RESULTS_FORMAT, environment, workloads: [], curves: [], peers };
  }
  // Checked as far as anything here reads it; what a workload found besides is its own.
  if (!isWorkload(document)) return resultsShape(document, '') as unknown as Results;
  if ('error' in document) throw new ShapeError('', 'the figures of a workload', 'an error');
  const workload = workloadShape(document, '') as unknown as Report;
  const { settings: _, brokerFlags: __, ...environment } = workload.environment;
  return { format: RESULTS_FORMAT, environment, workloads: [workload], curves: [], peers: null };
}

function isWorkload(document: unknown): document is { readonly workload: unknown } {
  return typeof document === 'object' && document !== null && 'workload' in document;
}

/** What `peers --json` prints. */
function isComparison(document: unknown): boolean {
  return (
    typeof document === 'object' &&
    document !== null &&
    'peers' in document &&
    !('format' in document)
  );
}

/** As one run: a workload with the same settings, a point of a curve, a work of a peer takes the place of an earlier one. */
export function mergeResults(all: readonly [Results, ...Results[]]): Results {
  return all.reduce((earlier, later) => ({
    format: RESULTS_FORMAT,
    environment: later.environment,
    workloads: laterWins([...earlier.workloads, ...later.workloads], workloadKey),
    curves: mergeCurves([...earlier.curves, ...later.curves]),
    peers: mergePeers(earlier.peers, later.peers),
    failures: [...withoutMended(earlier.failures ?? [], later), ...(later.failures ?? [])],
  }));
}

/** Point by point: what one file has of a line, another may go on with. */
function mergeCurves(all: readonly Curve[]): readonly Curve[] {
  return laterWins(all, ({ curve }) => curve).map((last) => {
    const lines = all.filter(({ curve }) => curve === last.curve).flatMap(({ series }) => series);
    const series = laterWins(lines, ({ workload }) => workload).map(({ workload }) => {
      const own = lines.filter((line) => line.workload === workload);
      const points = laterWins(
        own.flatMap((line) => line.points),
        ({ at }) => String(at),
      );
      return { workload, points: points.toSorted((a, b) => a.at - b.at) };
    });
    return { ...last, series };
  });
}

function mergePeers(
  earlier: PeerComparison | null,
  later: PeerComparison | null,
): PeerComparison | null {
  if (earlier === null || later === null) return later ?? earlier;
  const all = [...earlier.peers, ...later.peers];
  const peers = laterWins(all, ({ name }) => name).map((last) => {
    const modes = all.filter(({ name }) => name === last.name).flatMap((each) => each.modes);
    return { ...last, modes: mergeModes(modes) };
  });
  return { ...later, peers };
}

/** Work by work: one may be measured again for all peers. */
function mergeModes(all: readonly ComparedMode[]): readonly ComparedMode[] {
  return laterWins(all, ({ mode }) => mode).map((last) => {
    const works = all.filter(({ mode }) => mode === last.mode).flatMap((each) => each.works);
    return { ...last, works: laterWins(works, ({ work }) => work) };
  });
}

function laterWins<T>(all: readonly T[], keyOf: (each: T) => string): readonly T[] {
  return [...new Map(all.map((each) => [keyOf(each), each])).values()];
}
