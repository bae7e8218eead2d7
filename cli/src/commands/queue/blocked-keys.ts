// The blocked messages of a queue by their keys: what `queue blocked` lists and `queue unblock` decides about.

import type { Admin, ListedMessages } from '@millrace/client';

export interface BlockedKey {
  /** Null: messages without a key, or whose record is gone. */
  readonly key: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly ListedMessages[];
}

interface Where {
  readonly topic: string | undefined;
  readonly signal: AbortSignal;
}

/** In the order of topics, partitions and offsets; messages of one key in one partition are one entry. */
export async function blockedKeys(
  admin: Admin,
  group: string,
  { topic, signal }: Where,
): Promise<readonly BlockedKey[]> {
  const byPlace = new Map<string, ListedMessages[]>();
  const options = { group, state: 'blocked', topic, keys: true, pageSize: 1_000, signal } as const;
  for await (const message of admin.listMessages(options)) {
    const place = JSON.stringify([message.topic, message.partition, message.key ?? null]);
    const messages = byPlace.get(place) ?? [];
    messages.push(message);
    byPlace.set(place, messages);
  }
  return [...byPlace.values()].flatMap((messages) => {
    const [first] = messages;
    if (first === undefined) return [];
    return [{ key: first.key ?? null, topic: first.topic, partition: first.partition, messages }];
  });
}
