// Two whole runs of the same work side by side: how far each figure of one lies from that of the other.

import { differencesOf } from '../compare/compare.ts';
import type { Pace } from '../measure/pace.ts';
import { medianOf } from '../measure/spread.ts';
import type { Results } from '../results/results.ts';
import { type Figure, figuresOf, KINDS } from './figures.ts';

export interface Agreement {
  /** 0.15: the larger of two is at most 1.15 times the smaller. */
  readonly within: number;
  readonly figures: readonly AgreedFigure[];
  readonly kinds: readonly AgreedKind[];
  /** Names of figures that only one of the two has. */
  readonly unmatched: readonly string[];
  /** What is not the same of the machines and of how they were measured. */
  readonly differences: readonly string[];
  /** Of the machine, as each run found it; null where a run did not look. */
  readonly paces: readonly [Pace | null, Pace | null];
  readonly isWithin: boolean;
}

export interface AgreedFigure extends Omit<Figure, 'value'> {
  readonly first: number;
  readonly second: number;
  /** The larger over the smaller, less one. */
  readonly apart: number;
  readonly isWithin: boolean;
}

export interface AgreedKind {
  readonly kind: Figure['kind'];
  readonly figures: number;
  readonly within: number;
  readonly medianApart: number;
}

export function agreementOf(first: Results, second: Results, within: number): Agreement {
  const [left, right] = [figuresOf(first), figuresOf(second)];
  const others = new Map(right.map((figure) => [figure.name, figure.value]));
  const figures = left.flatMap(({ kind, name, value }) => {
    const other = others.get(name);
    if (other === undefined) return [];
    const apart = apartBy(value, other);
    return [{ kind, name, first: value, second: other, apart, isWithin: apart <= within }];
  });
  return {
    within,
    figures,
    kinds: kindsOf(figures),
    unmatched: [...missingFrom(right, left), ...missingFrom(left, right)],
    differences: differencesOf(first.environment, second.environment),
    paces: [paceOf(first), paceOf(second)],
    isWithin: figures.every((figure) => figure.isWithin),
  };
}

function apartBy(one: number, other: number): number {
  return one === other ? 0 : Math.max(one, other) / Math.min(one, other) - 1;
}

function missingFrom(present: readonly Figure[], asked: readonly Figure[]): string[] {
  const names = new Set(present.map(({ name }) => name));
  return asked.flatMap(({ name }) => (names.has(name) ? [] : [name]));
}

function kindsOf(figures: readonly AgreedFigure[]): AgreedKind[] {
  return KINDS.flatMap((kind) => {
    const own = figures.filter((figure) => figure.kind === kind);
    if (own.length === 0) return [];
    const within = own.filter(({ isWithin }) => isWithin).length;
    const medianApart = medianOf(own.map(({ apart }) => apart));
    return [{ kind, figures: own.length, within, medianApart }];
  });
}

/** The median over the workloads of a run. */
function paceOf({ workloads }: Results): Pace | null {
  const paces = workloads.flatMap(({ pace }) => (pace === undefined ? [] : [pace]));
  if (paces.length === 0) return null;
  return {
    computationMs: medianOf(paces.map(({ computationMs }) => computationMs.median)),
    flushedWriteMs: medianOf(paces.map(({ flushedWriteMs }) => flushedWriteMs.median)),
  };
}
