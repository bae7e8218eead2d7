// The variables at the top of the dashboards: which brokers, queues, topics and groups a person looks at.

/** @typedef {import('./panels.mjs').VariableRow} VariableRow */

/** @type {VariableRow} */
export const INSTANCE_VARIABLE = {
  name: 'instance',
  label: 'Broker',
  query: 'label_values(millrace_ready, instance)',
};

/** @type {VariableRow} */
export const GATEWAY_VARIABLE = {
  name: 'instance',
  label: 'Gateway',
  query: 'label_values(millrace_gateway_ready, instance)',
};

/** @type {VariableRow} */
export const QUEUE_VARIABLE = {
  name: 'queue',
  label: 'Queue',
  query: 'label_values(millrace_queue_messages_visible{instance=~"$instance"}, queue)',
};

/** @type {VariableRow} */
export const TOPIC_VARIABLE = {
  name: 'topic',
  label: 'Topic',
  query: 'label_values(millrace_topic_stored_bytes{instance=~"$instance"}, topic)',
};

/** @type {VariableRow} */
export const GROUP_VARIABLE = {
  name: 'group',
  label: 'Consumer group',
  query: 'label_values(millrace_consumer_group_members{instance=~"$instance"}, group)',
};
