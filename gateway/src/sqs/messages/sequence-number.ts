// Sequence numbers of FIFO queues: a message's offset, wide enough to be compared as text.

const DIGITS = 20;

export function sequenceNumber(offset: number): string {
  return String(offset).padStart(DIGITS, '0');
}
