// TagQueue, UntagQueue and ListQueueTags: each tag is an annotation of its own.

import { SqsError } from '../errors.ts';
import { alterQueue } from './alter-queue.ts';
import { tagAnnotation, tagsOf } from './annotations.ts';
import { nameInUrl } from './names.ts';
import type { QueueHandler } from './queue-action.ts';
import { loadQueue } from './queue-state.ts';
import { checkTagKeys, checkTags, tagAnnotations } from './tag-rules.ts';

export const tagQueue: QueueHandler<'TagQueue'> = async ({ admin }, { QueueUrl, Tags }) => {
  const { topic } = await loadQueue(admin, nameInUrl(QueueUrl));
  if (Object.keys(Tags).length === 0) {
    throw new SqsError('MissingParameter', 'The request must contain the parameter Tags.');
  }
  const others = [...tagsOf(topic.annotations).keys()].filter((key) => !Object.hasOwn(Tags, key));
  checkTags(topic.name, Tags, others.length);
  await alterQueue(admin, topic.name, { annotations: tagAnnotations(Tags) });
  return {};
};

export const untagQueue: QueueHandler<'UntagQueue'> = async ({ admin }, { QueueUrl, TagKeys }) => {
  const { topic } = await loadQueue(admin, nameInUrl(QueueUrl));
  if (TagKeys.length === 0) {
    throw new SqsError(
      'InvalidParameterValue',
      'Tag keys must be between 1 and 128 characters in length.',
    );
  }
  checkTagKeys(TagKeys);
  const there = TagKeys.map(tagAnnotation).filter((name) => Object.hasOwn(topic.annotations, name));
  const annotations = Object.fromEntries(there.map((name) => [name, null]));
  await alterQueue(admin, topic.name, { annotations });
  return {};
};

export const listQueueTags: QueueHandler<'ListQueueTags'> = async ({ admin }, { QueueUrl }) => {
  const { topic } = await loadQueue(admin, nameInUrl(QueueUrl));
  const tags = tagsOf(topic.annotations);
  return tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) };
};
