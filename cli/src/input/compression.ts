// How batches that a command produces are compressed. What works is told by the client, when it makes its producer.

import { CODECS } from '@millrace/protocol';
import { choiceWith } from '../command.ts';

export const COMPRESSION = choiceWith(
  '--compression <codec>',
  'how batches are compressed',
  CODECS,
  'none',
);
