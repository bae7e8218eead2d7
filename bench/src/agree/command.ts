// agree: two files of whole runs, each figure of one held against the other's.

import { command } from '../commands/command.ts';
import { parseShare } from '../compare/command.ts';
import { EXIT } from '../exit.ts';
import { UsageError } from '../options/usage-error.ts';
import { BadResults, readResults } from '../results/read-results.ts';
import { agreementOf } from './agree.ts';
import { agreementText } from './people.ts';

export const agree = command({
  name: 'agree',
  about: 'Holds two runs of the same work against each other, and fails where they lie apart.',
  operands: '<file> <file>',
  options: {
    threshold: {
      kind: 'text',
      noun: 'share',
      fallback: '15%',
      about: 'Figures further apart than this do not agree.',
    },
    json: { kind: 'switch', about: 'One JSON object on stdout instead of tables.' },
  },
  run({ values, operands }) {
    const [first, second, ...rest] = operands;
    if (first === undefined || second === undefined || rest.length > 0) {
      throw new UsageError(`agree takes two files, not ${operands.length}`);
    }
    const within = parseShare(values.threshold);
    const agreement = agreementOf(readResults(first), readResults(second), within);
    if (agreement.figures.length === 0) {
      throw new BadResults('the two files have no figure of the same work');
    }
    const text = values.json ? `${JSON.stringify(agreement, null, 2)}\n` : agreementText(agreement);
    process.stdout.write(text);
    return Promise.resolve(agreement.isWithin ? EXIT.passed : EXIT.failed);
  },
});
