// How far two runs of everything lie apart, kind by kind, and the figures that lie furthest.

import { markdownTable } from '@millrace/harness';
import type { AgreedFigure, Agreement } from '../../agree/agree.ts';
import type { Results } from '../../results/results.ts';
import { figureText } from './figure-text.ts';

export function agreementSection(first: Results, again: Results, agreement: Agreement): string {
  const { figures, kinds, within, paces } = agreement;
  const apart = figures.filter(({ isWithin }) => !isWithin).toSorted((a, b) => b.apart - a.apart);
  const [one, other] = [first, again].map(({ environment }) => timeText(environment.startedAt));
  const share = percent(within);
  const kindRows = kinds.map(({ kind, figures: count, within: agreed, medianApart }) => {
    return [kind, String(count), String(agreed), percent(medianApart)];
  });
  return [
    `The run above began at ${one ?? ''}, a second of the same at ${other ?? ''} (\`npm run bench -- agree\`). Of ${figures.length} figures ${figures.length - apart.length} lie within ${share} of each other.`,
    markdownTable(['figures', 'how many', `within ${share}`, 'median difference'], kindRows),
    ...paceText(paces),
    ...(apart.length === 0
      ? []
      : [
          'Further apart:',
          markdownTable(['figure', 'first', 'second', 'difference'], apart.map(cellsOf)),
        ]),
  ]
    .map((part) => part.trimEnd())
    .join('\n\n');
}

function cellsOf({ name, first, second, apart }: AgreedFigure): readonly string[] {
  return [name, figureText(first), figureText(second), percent(apart)];
}

function paceText([first, second]: Agreement['paces']): readonly string[] {
  if (first === null || second === null) return [];
  const pair = (one: number, other: number) => `${figureText(one)} and ${figureText(other)} ms`;
  return [
    `The machine meanwhile: ${pair(first.computationMs, second.computationMs)} for a fixed computation, ${pair(first.flushedWriteMs, second.flushedWriteMs)} for a flushed write of 4 KiB.`,
  ];
}

function timeText(iso: string): string {
  return `${iso.slice(11, 16)} UTC`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
