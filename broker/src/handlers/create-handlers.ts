// The handler map: one handler an API. An API without a handler does not compile.

import { createAcknowledgeHandler } from './acknowledge.ts';
import { createChangeMessagesHandler } from './change-messages.ts';
import { createDeleteRecordsHandler } from './delete-records.ts';
import { createEffectHandlers } from './effects.ts';
import { createFetchHandler } from './fetch.ts';
import { createGroupHandlers } from './groups.ts';
import type { Handlers } from './handler.ts';
import { createInitProducerHandler } from './init-producer.ts';
import { createListOffsetsHandler } from './list-offsets.ts';
import { createOffsetHandlers } from './offsets.ts';
import { createOperationHandlers } from './operations.ts';
import { createProduceHandler } from './produce.ts';
import { createReceiveHandler } from './receive.ts';
import { createScheduleHandlers } from './schedules.ts';
import { createSecurityHandlers } from './security.ts';
import type { Services } from './services.ts';
import { createShareGroupHandlers } from './share-groups.ts';
import { toldDurably } from './told-durably.ts';
import { createTopicHandlers } from './topics.ts';
import { createTransactHandler } from './transact.ts';

export function createHandlers(services: Services): Handlers {
  return toldDurably(services.shard, {
    ...createTopicHandlers(services),
    DescribeBroker: () => services.describeBroker(),
    Produce: createProduceHandler(services),
    InitProducer: createInitProducerHandler(services),
    Fetch: createFetchHandler(services),
    ListOffsets: createListOffsetsHandler(services),
    DeleteRecords: createDeleteRecordsHandler(services),
    ...createGroupHandlers(services),
    ...createOffsetHandlers(services),
    ...createShareGroupHandlers(services),
    ...createScheduleHandlers(services),
    Receive: createReceiveHandler(services),
    Acknowledge: createAcknowledgeHandler(services),
    ChangeMessages: createChangeMessagesHandler(services),
    Transact: createTransactHandler(services),
    ...createEffectHandlers(services),
    ...createOperationHandlers(services),
    ...createSecurityHandlers(services),
  });
}
