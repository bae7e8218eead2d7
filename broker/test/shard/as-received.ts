// What a handler gets of a request that a client sends: through the codec and back.
import {
  type ApiName,
  decodeRequest,
  decodeRequestHeader,
  encodeRequest,
  type RequestInput,
  type RequestOf,
} from '@millrace/protocol';

const LENGTH_BYTES = 4;

export function asReceived<N extends ApiName>(api: N, request: RequestInput<N>): RequestOf<N> {
  const payload = encodeRequest(api, 1, 1, request).subarray(LENGTH_BYTES);
  return decodeRequest(api, 1, decodeRequestHeader(payload).fields);
}
