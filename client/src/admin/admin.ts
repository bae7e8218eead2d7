// Administration: topics, share groups, consumer groups, offsets. One request a method, results as plain data.

import type { RequestInput } from '@millrace/protocol';
import type { Codec } from '../codecs.ts';
import type { TopicPartitionOffset } from '../consumer/claims.ts';
import { type Metadata, onlyOne } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import * as changes from './change-messages.ts';
import * as records from './delete-records.ts';
import type * as about from './descriptions.ts';
import { type Effect, type EffectOptions, getEffect } from './effects.ts';
import { type GetMessageOptions, getMessage, type MessageDetails } from './get-message.ts';
import * as moves from './group-offsets.ts';
import { type ListedMessages, type ListMessagesOptions, listMessages } from './list-messages.ts';
import * as offsets from './offsets.ts';
import * as ops from './operations.ts';
import { type GroupPeekOptions, type PeekResult, peek } from './peek.ts';
import * as stats from './queue-stats.ts';
import { type ReplacedMessage, type Replacement, replaceMessage } from './replace-message.ts';
import * as schedules from './schedules.ts';
import { SecurityAdmin } from './security.ts';
import { describeTopics, listTopics, ping } from './topics.ts';

type Targets = readonly changes.MessageTarget[];
type Changed = changes.ChangeResult;
type Options = RequestOptions;
type Offsets = readonly TopicPartitionOffset[];
type Described = about.TopicDescription;
type Questions = readonly offsets.OffsetQuestion[];
type Ticks = schedules.ScheduleTicks;

/** Topics, groups, messages and tasks, for operators and set-up code: `client.admin`. */
export class Admin {
  readonly security: SecurityAdmin;
  private readonly link: Link;
  private readonly metadata: Metadata;
  private readonly codec: Codec<unknown>;

  constructor(link: Link, metadata: Metadata, codec: Codec<unknown>) {
    this.link = link;
    this.metadata = metadata;
    this.codec = codec;
    this.security = new SecurityAdmin(link);
  }

  /** Asks the broker for nothing, and tells how long that took. */
  async ping(options?: Options): Promise<about.Ping> {
    return ping(this.link, options);
  }

  /** How the broker is: readiness, storage, process, rates over the last minute, options in force. */
  async describeBroker(options?: Options): Promise<about.BrokerDescription> {
    return this.link.request('DescribeBroker', {}, options);
  }

  /** Throws TOPIC_EXISTS, INVALID_NAME, INVALID_CONFIG, LIMIT_EXCEEDED. */
  async createTopic(input: about.NewTopic, options?: Options): Promise<about.TopicId> {
    return this.link.request('CreateTopic', input, options);
  }

  /** All topics, by name. */
  async listTopics(options?: Options): Promise<about.TopicSummary[]> {
    return listTopics(this.link, options);
  }

  /** Those named, or all by name. Throws UNKNOWN_TOPIC. */
  async describeTopics(names?: readonly string[], options?: Options): Promise<Described[]> {
    return describeTopics(this.link, names, options);
  }

  async describeTopic(name: string, options?: Options): Promise<about.TopicDescription> {
    return onlyOne(await this.describeTopics([name], options));
  }

  /** Changes settings or annotations, or adds partitions. Throws UNKNOWN_TOPIC, INVALID_CONFIG, LIMIT_EXCEEDED, ANNOTATIONS_CHANGED. */
  async alterTopic(input: RequestInput<'AlterTopic'>, options?: Options): Promise<void> {
    await this.link.request('AlterTopic', input, options);
    await this.metadata.refresh(input.name, options);
  }

  /** Throws UNKNOWN_TOPIC, TOPIC_IN_USE. */
  async deleteTopic(name: string, options?: Options): Promise<void> {
    await this.link.request('DeleteTopic', { name }, options);
    this.metadata.forget(name);
  }

  /** Throws GROUP_EXISTS, GROUP_KIND_MISMATCH, UNKNOWN_TOPIC, INVALID_NAME, INVALID_CONFIG, DLQ_LOOP, LIMIT_EXCEEDED. */
  async createShareGroup(input: about.CreateShareGroup, options?: Options): Promise<void> {
    await this.link.request('CreateShareGroup', offsets.withStart(input), options);
  }

  /** Changes settings, or adds topics. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH, UNKNOWN_TOPIC, INVALID_CONFIG, DLQ_LOOP. */
  async alterShareGroup(input: about.AlterShareGroup, options?: Options): Promise<void> {
    await this.link.request('AlterShareGroup', offsets.withStart(input), options);
  }

  /** The messages stay in the log. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH. */
  async deleteShareGroup(group: string, options?: Options): Promise<void> {
    await this.link.request('DeleteShareGroup', { group }, options);
  }

  /** All share groups, by name. */
  async listShareGroups(options?: Options): Promise<about.ShareGroupDescription[]> {
    return (await this.link.request('DescribeShareGroups', { groups: null }, options)).groups;
  }

  /** Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH. */
  async describeShareGroup(group: string, options?: Options): Promise<about.ShareGroupDescription> {
    const named = { groups: [group] };
    return onlyOne((await this.link.request('DescribeShareGroups', named, options)).groups);
  }

  /** Groups of both kinds, by name. */
  async listGroups(options?: Options): Promise<about.GroupSummary[]> {
    return (await this.link.request('ListGroups', {}, options)).groups;
  }

  /** Members, assignment, offsets and lag of a consumer group. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH. */
  async describeGroup(group: string, options?: Options): Promise<about.GroupDescription> {
    return this.link.request('DescribeGroup', { group }, options);
  }

  /** Deletes a consumer group without members. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH, GROUP_NOT_EMPTY. */
  async deleteGroup(group: string, options?: Options): Promise<void> {
    await this.link.request('DeleteGroup', { group }, options);
  }

  /** What a consumer group has committed, by topic and partition; topics that are deleted are left out. */
  async groupOffsets(group: string, options?: Options): Promise<TopicPartitionOffset[]> {
    return offsets.groupOffsets(this.link, group, options);
  }

  /** Sets where a consumer group without members goes on. Throws GROUP_NOT_EMPTY, UNKNOWN_TOPIC, UNKNOWN_PARTITION. */
  async commitGroupOffsets(group: string, committed: Offsets, options?: Options): Promise<void> {
    await offsets.commitGroupOffsets(this.link, this.metadata, group, committed, options);
  }

  /** Moves where a group without members goes on. Throws GROUP_NOT_EMPTY, UNKNOWN_TOPIC, INVALID_REQUEST. */
  async resetGroupOffsets(
    group: string,
    reset: moves.GroupReset,
    options?: Options,
  ): Promise<moves.ResetOffset[]> {
    return moves.resetGroupOffsets(this.link, this.metadata, group, reset, options);
  }

  /** Offsets by their meaning, in the order of the questions. Throws UNKNOWN_TOPIC, UNKNOWN_PARTITION. */
  async listOffsets(questions: Questions, options?: Options): Promise<offsets.OffsetAnswer[]> {
    return offsets.listOffsets(this.link, this.metadata, questions, options);
  }

  /** Deletes all records before an offset. Throws UNKNOWN_TOPIC, UNKNOWN_PARTITION, OFFSET_OUT_OF_RANGE. */
  async deleteRecords(
    topic: string,
    targets: readonly records.DeleteRecordsTarget[],
    options?: Options,
  ): Promise<records.DeletedRecords[]> {
    return records.deleteRecords(this.link, this.metadata, topic, targets, options);
  }

  /** Exact counts of a share group. Throws UNKNOWN_GROUP, GROUP_KIND_MISMATCH. */
  async counters(group: string, options?: Options): Promise<stats.QueueStats> {
    return stats.countersOf(this.link, group, options);
  }

  /** Exact counts of every share group that may be described, a topic; by name. */
  async countShareGroups(options?: Options): Promise<stats.ShareGroupCounts[]> {
    return stats.countShareGroups(this.link, options);
  }

  /** Looks at messages, with a group's view of them where one is named; changes nothing. */
  async peek(options: GroupPeekOptions): Promise<PeekResult<unknown>> {
    return peek(this.link, this.metadata, this.codec, options);
  }

  /** Messages of a share group in a state, over all its partitions; pages are asked for as they are needed. */
  listMessages(options: ListMessagesOptions): AsyncGenerator<ListedMessages, void> {
    return listMessages(this.link, this.metadata, options);
  }

  /** One message by its id: its state in the group, its result, itself. Throws OFFSET_OUT_OF_RANGE, TOPIC_NOT_IN_GROUP. */
  async message<V = unknown, R = unknown>(
    group: string,
    id: string,
    options: GetMessageOptions<V, R> = {},
  ): Promise<MessageDetails<V, R>> {
    return getMessage(this.link, group, id, this.codec, options);
  }

  /** Ready now, whatever they wait for; of a blocked one the deliveries are counted anew. */
  async retryMessages(group: string, targets: Targets, options?: Options): Promise<Changed> {
    return this.change(group, { action: 'retry' }, targets, options);
  }

  /** Ready after the delay, ms from now. */
  async rescheduleMessages(
    group: string,
    targets: Targets,
    delayMs: number,
    options?: Options,
  ): Promise<Changed> {
    return this.change(group, { action: 'reschedule', delayMs }, targets, options);
  }

  /** Dead, without a copy in the dead-letter topic. */
  async cancelMessages(group: string, targets: Targets, options?: Options): Promise<Changed> {
    return this.change(group, { action: 'cancel' }, targets, options);
  }

  /** Dead, with a copy in the dead-letter topic if the group has one. */
  async deadLetterMessages(group: string, targets: Targets, options?: Options): Promise<Changed> {
    return this.change(group, { action: 'deadLetter' }, targets, options);
  }

  /** A corrected copy, and the message itself finished in the group, in one commit. Throws MESSAGE_LEASED, ALREADY_RESOLVED. */
  async replaceMessage<V>(
    group: string,
    id: string,
    replacement: Replacement<V>,
    options?: Options,
  ): Promise<ReplacedMessage> {
    const { link, metadata, codec } = this;
    return replaceMessage({ link, metadata, codec }, group, id, replacement, options);
  }

  /** Takes all unresolved messages away from a group. Throws PURGE_PENDING, TOPIC_NOT_IN_GROUP. */
  async purge(input: ops.Purge, options?: Options): Promise<ops.PurgeDone> {
    return ops.purge(this.link, input, options);
  }

  /** Throws NOTHING_TO_UNDO. */
  async undoPurge(input: ops.UndoPurge, options?: Options): Promise<ops.PurgeResult> {
    return ops.undoPurge(this.link, input, options);
  }

  /** Starts to give dead letters another chance: a task of the broker. Throws UNKNOWN_TOPIC, LIMIT_EXCEEDED. */
  async startRedrive(input: ops.Redrive, options?: Options): Promise<ops.TaskId> {
    return this.link.request('StartRedrive', input, options);
  }

  /** Those named, or all; the newest first. Throws UNKNOWN_TASK. */
  async tasks(taskIds?: readonly number[], options?: Options): Promise<ops.Task[]> {
    return ops.tasks(this.link, taskIds, options);
  }

  /** The task once it has ended, whatever its state. Throws UNKNOWN_TASK. */
  async waitForTask(taskId: number, options?: ops.WaitForTaskOptions): Promise<ops.Task> {
    return ops.waitForTask(this.link, taskId, options);
  }

  /** What was moved stays moved. Throws UNKNOWN_TASK, TASK_ENDED. */
  async cancelTask(taskId: number, options?: Options): Promise<{ readonly moved: number }> {
    return this.link.request('CancelTask', { taskId }, options);
  }

  /** Was this effect done, or is somebody at it? See `once` of a worker's context. */
  async effect<R = unknown>(
    group: string,
    key: string,
    options: EffectOptions<R> = {},
  ): Promise<Effect<R>> {
    return getEffect(this.link, group, key, options.codec ?? (this.codec as Codec<R>), options);
  }

  /** Sends a message again and again. Throws SCHEDULE_EXISTS, UNKNOWN_TOPIC, INVALID_REQUEST, MESSAGE_TOO_LARGE. */
  async createSchedule<V>(schedule: schedules.NewSchedule<V>, options?: Options): Promise<Ticks> {
    return schedules.createSchedule(this.link, this.codec as Codec<V>, schedule, options);
  }

  /** Ticks that pass while it is paused are not made up for. Throws UNKNOWN_SCHEDULE. */
  async pauseSchedule(name: string, options?: Options): Promise<void> {
    await this.link.request('AlterSchedule', { name, paused: true }, options);
  }

  /** Throws UNKNOWN_SCHEDULE. */
  async resumeSchedule(name: string, options?: Options): Promise<void> {
    await this.link.request('AlterSchedule', { name, paused: false }, options);
  }

  /** What it sent stays. Throws UNKNOWN_SCHEDULE. */
  async deleteSchedule(name: string, options?: Options): Promise<void> {
    await this.link.request('DeleteSchedule', { name }, options);
  }

  /** Those named, or all by name. Throws UNKNOWN_SCHEDULE. */
  async listSchedules<V = unknown>(
    options: schedules.ListSchedulesOptions<V> = {},
  ): Promise<schedules.Schedule<V>[]> {
    return schedules.listSchedules(this.link, options.codec ?? (this.codec as Codec<V>), options);
  }

  private change(
    group: string,
    change: changes.Change,
    targets: Targets,
    options?: Options,
  ): Promise<Changed> {
    return changes.changeMessages(this.link, this.metadata, group, change, targets, options);
  }
}
