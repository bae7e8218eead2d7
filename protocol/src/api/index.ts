// All APIs by name: types, codec, handlers, reference page and golden vectors derive from this table.

import type { Decoded, Encodable } from '../schema.ts';
import { alterAcls, checkAccess, listAcls } from './access-rules.ts';
import { describeBroker } from './broker.ts';
import { cancel, hello, metadata } from './connection.ts';
import {
  deleteGroup,
  describeGroup,
  groupHeartbeat,
  groupLeave,
  listGroups,
  offsetCommit,
  offsetFetch,
} from './groups.ts';
import { changeMessages, getMessage, listMessages, peek } from './messages.ts';
import { cancelTask, listTasks, purge, startRedrive, undoPurge } from './operations.ts';
import { acknowledge, receive } from './queue.ts';
import { deleteRecords, fetch, initProducer, listOffsets, produce } from './records.ts';
import { alterSchedule, createSchedule, deleteSchedule, listSchedules } from './schedules.ts';
import { authenticate, checkCredential, getAccessKey } from './security.ts';
import {
  alterShareGroup,
  counters,
  countShareGroups,
  createShareGroup,
  deleteShareGroup,
  describeShareGroups,
} from './share-groups.ts';
import { alterTopic, createTopic, deleteTopic, describeTopics } from './topics.ts';
import { claimEffect, getEffect, transact } from './transactions.ts';
import {
  alterUser,
  createAccessKey,
  createToken,
  createUser,
  deleteUser,
  listUsers,
  revokeAccessKey,
  revokeToken,
} from './users.ts';

/** The API table. */
export const APIS = {
  Hello: hello,
  Cancel: cancel,
  Metadata: metadata,
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  AlterTopic: alterTopic,
  DescribeTopics: describeTopics,
  DescribeBroker: describeBroker,
  Produce: produce,
  Fetch: fetch,
  ListOffsets: listOffsets,
  InitProducer: initProducer,
  DeleteRecords: deleteRecords,
  GroupHeartbeat: groupHeartbeat,
  GroupLeave: groupLeave,
  OffsetCommit: offsetCommit,
  OffsetFetch: offsetFetch,
  ListGroups: listGroups,
  DescribeGroup: describeGroup,
  DeleteGroup: deleteGroup,
  CreateShareGroup: createShareGroup,
  AlterShareGroup: alterShareGroup,
  DeleteShareGroup: deleteShareGroup,
  DescribeShareGroups: describeShareGroups,
  Counters: counters,
  CountShareGroups: countShareGroups,
  Receive: receive,
  Acknowledge: acknowledge,
  Peek: peek,
  ListMessages: listMessages,
  ChangeMessages: changeMessages,
  GetMessage: getMessage,
  Transact: transact,
  ClaimEffect: claimEffect,
  GetEffect: getEffect,
  Purge: purge,
  UndoPurge: undoPurge,
  StartRedrive: startRedrive,
  ListTasks: listTasks,
  CancelTask: cancelTask,
  CreateSchedule: createSchedule,
  AlterSchedule: alterSchedule,
  DeleteSchedule: deleteSchedule,
  ListSchedules: listSchedules,
  Authenticate: authenticate,
  CheckCredential: checkCredential,
  GetAccessKey: getAccessKey,
  CreateUser: createUser,
  AlterUser: alterUser,
  DeleteUser: deleteUser,
  ListUsers: listUsers,
  CreateToken: createToken,
  RevokeToken: revokeToken,
  CreateAccessKey: createAccessKey,
  RevokeAccessKey: revokeAccessKey,
  AlterAcls: alterAcls,
  ListAcls: listAcls,
  CheckAccess: checkAccess,
} as const;

/** The names of the API table. */
export type ApiName = keyof typeof APIS;
/** What a handler gets and a decoder gives. */
export type RequestOf<N extends ApiName> = Decoded<(typeof APIS)[N]['request']>;
/** A response as it is decoded. */
export type ResponseOf<N extends ApiName> = Decoded<(typeof APIS)[N]['response']>;
/** What an encoder takes: defaults and nullable fields may be left out. */
export type RequestInput<N extends ApiName> = Encodable<(typeof APIS)[N]['request']>;
/** A response as it is given for encoding: fields with a default may be left out. */
export type ResponseInput<N extends ApiName> = Encodable<(typeof APIS)[N]['response']>;
