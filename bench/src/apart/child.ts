// The process of one measurement: a workload, or a point of a curve. It is told once, answers once, and ends; it also ends
// when its parent is gone, and its broker with it.

import { runWorkload } from '../measure/run-workload.ts';
import { Progress } from '../report/progress.ts';
import { reportOf } from '../report/report.ts';
import { chosenFrom } from '../report/suite.ts';
import { CURVE_ROWS } from '../scale/curves.ts';
import { measurePoint } from '../scale/measure-point.ts';
import type { LineTask, MeasuredLine, MeasuredPoint, Order, PointTask } from './messages.ts';

process.once('message', (order: Order) => void answer(order));
process.once('disconnect', () => process.exit(1));
// An exit takes the broker and its directory along; the default of these signals does not.
for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(1));
// Of the terminal's group the parent hears it too, and lets go of the channel.
process.on('SIGINT', () => undefined);

async function answer(order: Order): Promise<void> {
  const progress = new Progress(order.isProgressShown);
  process.once('exit', () => progress.end());
  try {
    const found =
      order.kind === 'line' ? await line(order, progress) : await point(order, progress);
    process.send?.({ found }, () => process.exit(0));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    process.send?.({ failed: error.message }, () => process.exit(0));
  }
}

async function line({ line: text, lengths }: LineTask, progress: Progress): Promise<MeasuredLine> {
  const { workload, settings } = chosenFrom(text, lengths);
  const outcome = await runWorkload(workload, settings, progress);
  const { verdict } = outcome;
  return {
    report: reportOf(outcome),
    failure: verdict?.isPassed === false ? verdict.text : null,
  };
}

function point({ curve, series, at, runs }: PointTask, progress: Progress): Promise<MeasuredPoint> {
  const row = CURVE_ROWS.find((each) => each.curve === curve);
  const found = row?.series.find(({ name }) => name === series);
  if (found === undefined) throw new TypeError(`no '${series}' in the curve ${curve}`);
  return measurePoint({ curve, series: found, at }, { runs, progress });
}
