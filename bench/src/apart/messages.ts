// What a command and the process of one of its measurements say to each other, over the channel of Node: one task, one answer.

import type { Report } from '../report/report.ts';
import type { Lengths } from '../report/suite.ts';
import type { Curve, Point } from '../results/results.ts';
import type { PointRuns } from '../scale/measure-point.ts';

export interface LineTask {
  readonly kind: 'line';
  /** A workload and its options, as they would stand on a command line. */
  readonly line: string;
  readonly lengths: Lengths;
}

export interface PointTask {
  readonly kind: 'point';
  readonly curve: Curve['curve'];
  /** Its name in the row of the curve. */
  readonly series: string;
  readonly at: number;
  readonly runs: PointRuns;
}

export type Task = LineTask | PointTask;

export interface MeasuredLine {
  readonly report: Report;
  /** What its verdict says, where it did not pass. */
  readonly failure: string | null;
}

/** A point of a curve, or why there is none. */
export type MeasuredPoint = Point | string;

export type Answer<T> = { readonly found: T } | { readonly failed: string };

export type Order = Task & { readonly isProgressShown: boolean };
