# Frames, requests, responses and errors: sections 1 and 3 of docs/protocol.md. No socket in it.
from . import msgpack
from .kinds import Refused, has_float
from .reference import API_OF_KEY, APIS, ERROR_NAMES, LIMITS


class BrokerError(Exception):
    """An error that a broker answered, of a whole request."""

    def __init__(self, number, message, field=None, limit=None, retry_after_ms=None):
        self.number = number
        self.code = ERROR_NAMES.get(number, 'INTERNAL')
        super().__init__(f'{self.code} ({number}): {message} {field or ""}'.strip())
        self.message = message
        self.field = field
        self.limit = limit
        self.retry_after_ms = retry_after_ms


class FrameReader:
    """Bytes in, payloads out; `error` is the name of what ended the stream."""

    def __init__(self, payload_max=LIMITS['frameBytesMax']):
        self.payload_max = payload_max
        self.bytes = bytearray()
        self.error = None

    def feed(self, data):
        self.bytes += data
        payloads = []
        while self.error is None and len(self.bytes) >= 4:
            length = int.from_bytes(self.bytes[:4], 'big')
            if length > self.payload_max:
                self.error = 'FRAME_TOO_LARGE'
            elif length == 0:
                self.error = 'MALFORMED_FRAME'
            elif len(self.bytes) < 4 + length:
                break
            else:
                payloads.append(bytes(self.bytes[4:4 + length]))
                del self.bytes[:4 + length]
        return payloads


def frame(payload):
    return len(payload).to_bytes(4, 'big') + payload


def request(name, correlation_id, body):
    api = APIS[name]
    fields = api.request.write(body)
    return frame(msgpack.encode([api.key, api.version, correlation_id, *fields]))


def response(name, correlation_id, body):
    return frame(msgpack.encode([correlation_id, 0, *APIS[name].response.write(body)]))


def error_response(correlation_id, number, message, detail):
    details = [detail.get('field'), detail.get('limit'), detail.get('retryAfterMs')]
    return frame(msgpack.encode([correlation_id, number, message, *details]))


def values_of(payload, values_max):
    try:
        values = msgpack.decode(payload, values_max)
    except msgpack.Malformed as fault:
        raise Refused('MALFORMED_FRAME', None, str(fault)) from None
    if type(values) is not list:
        raise Refused('MALFORMED_FRAME', None, 'no array')
    return values


def is_header(values, limits):
    return len(values) >= len(limits) and all(
        type(value) is int and low <= value <= high
        for value, (low, high) in zip(values, limits)
    )


def holds_float(value):
    if isinstance(value, dict):
        return any(holds_float(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(holds_float(item) for item in value)
    return isinstance(value, float)


def read_fields(struct, values, word, fill):
    if not has_float(struct) and holds_float(values):
        raise Refused('INVALID_REQUEST', word, 'a float where no field is one')
    return struct.read(values, '', fill)


def read_request(payload, fill=True):
    """What a broker does with a payload: the API, the correlation id and the body, or Refused."""
    values = values_of(payload, msgpack.REQUEST_VALUES_MAX)
    if not is_header(values, [(0, 0xFFFF), (0, 0xFFFF), (1, 0xFFFFFFFF)]):
        raise Refused('MALFORMED_FRAME', None, 'no header of a request')
    key, version, correlation_id, *fields = values
    api = API_OF_KEY.get(key)
    if api is None:
        raise Refused('UNKNOWN_API')
    if version != api.version:
        raise Refused('UNSUPPORTED_VERSION')
    return api.name, correlation_id, read_fields(api.request, fields, 'request', fill)


def read_header(payload):
    """Correlation id, error code, and the fields that follow."""
    values = values_of(payload, msgpack.RESPONSE_VALUES_MAX)
    if not is_header(values, [(0, 0xFFFFFFFF), (0, 0xFFFF)]):
        raise Refused('MALFORMED_FRAME', None, 'no header of a response')
    return values[0], values[1], values[2:]


def read_response(name, error_code, fields, fill=True):
    if error_code != 0:
        raise BrokerError(error_code, *(fields + [None] * 4)[:4])
    return read_fields(APIS[name].response, fields, 'response', fill)
