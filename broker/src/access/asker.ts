// What a requirement is checked with: the access of who asks, and names of what a request says by id. It changes nothing.

import type { ShardState } from '@millrace/core';
import {
  type ApiName,
  MillraceError,
  type OperationName,
  type ResourceKind,
} from '@millrace/protocol';
import type { Access } from './access.ts';

export class Asker {
  readonly access: Access;
  readonly state: ShardState;
  readonly #api: ApiName;

  constructor(access: Access, api: ApiName, state: ShardState) {
    this.access = access;
    this.state = state;
    this.#api = api;
  }

  /** Throws NOT_AUTHORIZED, with the field where there are several of its kind. */
  topic(operation: OperationName, name: string, field?: string): void {
    this.#need(operation, 'topic', name, name, field);
  }

  /** The same of a topic that the request says by its id, which is no secret; its name is. */
  topicId(operation: OperationName, topicId: number, field?: string): void {
    const name = this.state.catalog.topics.get(topicId)?.name;
    if (name !== undefined) this.#need(operation, 'topic', name, `with id ${topicId}`, field);
  }

  group(operation: OperationName, name: string, field?: string): void {
    this.#need(operation, 'group', name, name, field);
  }

  cluster(operation: OperationName): void {
    this.#need(operation, 'cluster', '', '');
  }

  /** What has no name that rules speak of takes a right to something. */
  any(operation: OperationName, resource: ResourceKind): void {
    if (this.access.mayAny(operation, resource)) return;
    this.#need(operation, resource, '', '(any)');
  }

  /** Everything whose name begins so, also what is not there yet. */
  all(operation: OperationName, resource: ResourceKind, prefix: string, field: string): void {
    if (this.access.mayAll(operation, resource, prefix)) return;
    const refusal = this.access.refusal(this.#api, operation, resource, `${prefix}*`);
    if (refusal !== undefined) throw inField(refusal, field);
    const text = `User ${this.access.user} may not ${operation} every ${resource} ${prefix}*.`;
    throw new MillraceError('NOT_AUTHORIZED', text, { field });
  }

  mayDescribe(resource: 'topic' | 'group', name: string): boolean {
    return this.access.may('describe', resource, name);
  }

  #need(
    operation: OperationName,
    resource: ResourceKind,
    name: string,
    told: string,
    field?: string,
  ): void {
    const refusal = this.access.refusal(this.#api, operation, resource, name, told);
    if (refusal !== undefined) throw inField(refusal, field);
  }
}

function inField(refusal: MillraceError, field: string | undefined): MillraceError {
  if (field === undefined) return refusal;
  return new MillraceError(refusal.code, refusal.message, { ...refusal.detail, field });
}
