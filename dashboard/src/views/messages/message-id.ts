// A message id and what it says: topic id, partition, offset. Pure. The protocol defines it; a test holds both together.

export interface Position {
  readonly topicId: number;
  readonly partition: number;
  readonly offset: number;
}

const FORM = /^([0-9a-f]{8})-([0-9a-f]{4})-8000-80([0-9a-f]{2})-([0-9a-f]{12})$/i;

/** Undefined where the text is no message id. */
export function positionOf(id: string): Position | undefined {
  const parts = FORM.exec(id.trim());
  if (parts === null) return undefined;
  const [topicId = 0, partition = 0, high = 0, low = 0] = parts
    .slice(1)
    .map((digits) => Number.parseInt(digits, 16));
  return { topicId, partition, offset: high * 2 ** 48 + low };
}

export function messageIdOf({ topicId, partition, offset }: Position): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const high = Math.floor(offset / 2 ** 48);
  return `${hex(topicId, 8)}-${hex(partition, 4)}-8000-80${hex(high, 2)}-${hex(offset % 2 ** 48, 12)}`;
}
