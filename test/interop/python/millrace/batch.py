# Record batches: section 6 of docs/protocol.md. Records in, bytes out, and back, with every check a reader makes.
import struct
import zlib
from dataclasses import dataclass, field, replace

from . import codecs, msgpack
from .kinds import Refused

FORM = '>QQIBBHIIQQqiiIII'
HEADER_BYTES = struct.calcsize(FORM)
CHECKED_FROM = 20
BATCH_BYTES_MAX = 8_388_608
BODY_BYTES_MAX = 33_554_432
RECORDS_MAX = 100_000
HEADERS_MAX = 144
GAPS, DELAY, TTL, DEDUP, DELIVERIES, GROUP = (1 << bit for bit in range(6))
WIDTHS = {GAPS: 4, DELAY: 8, TTL: 8, DEDUP: 16, DELIVERIES: 4, GROUP: 4}
VALUE_MAX = {DELAY: 31_536_000_000, TTL: 31_536_000_000, DELIVERIES: 1_000}


@dataclass
class Record:
    value: bytes | None = None
    key: bytes | None = None
    timestamp_ms: int = 0
    headers: list = field(default_factory=list)
    delay_ms: int = 0
    ttl_ms: int = 0
    dedup: bytes | None = None
    max_deliveries: int = 0
    group_id: int = 0
    offset: int = 0


# Flag of a column: what a record has in it.
COLUMNS = {
    DELAY: 'delay_ms', TTL: 'ttl_ms', DEDUP: 'dedup', DELIVERIES: 'max_deliveries', GROUP: 'group_id',
}


@dataclass
class Header:
    base_offset: int = 0
    append_time: int = 0
    checksum: int = 0
    format: int = 1
    codec: int = 0
    flags: int | None = None
    count: int = 0
    last_offset_delta: int | None = None
    first_timestamp: int | None = None
    last_timestamp: int | None = None
    producer_id: int = -1
    producer_epoch: int = -1
    sequence: int = -1
    index_bytes: int = 0
    body_bytes: int = 0
    body_bytes_raw: int = 0

    def pack(self):
        return struct.pack(FORM, *(getattr(self, name) for name in self.__dataclass_fields__))


class UnreadableCodec(Exception):
    """The batch is sound as far as can be told, but its codec is not one of the standard library."""


def pack_record(record, first_timestamp):
    headers = [part for name, value in record.headers for part in (name, value)] or None
    delta = record.timestamp_ms - first_timestamp
    return msgpack.encode([delta, record.key, record.value, headers, None])


def pack_column(flag, records, base_offset):
    if flag == GAPS:
        values = [record.offset - base_offset for record in records]
    else:
        values = [getattr(record, COLUMNS[flag]) for record in records]
    if flag == DEDUP:
        return b''.join(value or bytes(16) for value in values)
    return b''.join(value.to_bytes(WIDTHS[flag], 'big') for value in values)


def encode(records, header=None):
    """What `header` leaves open follows from the records; a codec that saves nothing is dropped."""
    header = replace(header or Header(), count=len(records))
    if header.first_timestamp is None:
        header.first_timestamp = records[0].timestamp_ms
    if header.last_timestamp is None:
        header.last_timestamp = max(record.timestamp_ms for record in records)
    if header.last_offset_delta is None:
        header.last_offset_delta = len(records) - 1
    if header.flags is None:
        said = [flag for flag, name in COLUMNS.items() if any(getattr(r, name) for r in records)]
        header.flags = sum(said)
    packed = [pack_record(record, header.first_timestamp) for record in records]
    index = b''.join(len(record).to_bytes(4, 'big') for record in packed)
    for flag in WIDTHS:
        if header.flags & flag:
            index += pack_column(flag, records, header.base_offset)
    raw = b''.join(packed)
    body = codecs.pack_gzip(raw) if header.codec == codecs.GZIP else raw
    if len(body) >= len(raw):
        body, header.codec = raw, codecs.NONE
    header.index_bytes, header.body_bytes, header.body_bytes_raw = len(index), len(body), len(raw)
    header.checksum = zlib.crc32(header.pack()[CHECKED_FROM:] + index + body)
    return header.pack() + index + body


def corrupt(fault):
    if fault:
        raise Refused('CORRUPT_BATCH', None, fault)


def read_header(data):
    if len(data) < HEADER_BYTES:
        corrupt('shorter than a header')
    header = Header(*struct.unpack(FORM, data[:HEADER_BYTES]))
    if header.format != 1:
        corrupt('a later format')
    if header.flags & ~sum(WIDTHS):
        corrupt('an unknown flag')
    if header.codec >= len(codecs.NAMES):
        raise Refused('UNSUPPORTED_CODEC')
    if len(data) > BATCH_BYTES_MAX or header.count > RECORDS_MAX or header.body_bytes_raw > BODY_BYTES_MAX:
        raise Refused('BATCH_TOO_LARGE')
    width = 4 + sum(bytes_each for flag, bytes_each in WIDTHS.items() if header.flags & flag)
    if header.count == 0 or header.index_bytes != header.count * width:
        corrupt('no record, or an index of another size')
    if len(data) != HEADER_BYTES + header.index_bytes + header.body_bytes:
        corrupt('cut short, or bytes too many')
    if header.checksum != zlib.crc32(data[CHECKED_FROM:]):
        corrupt('a checksum that does not match')
    return header


def read_columns(data, header):
    """The lengths under 0, and each further column under its flag."""
    at, columns = HEADER_BYTES, {}
    for flag, width in {0: 4, **WIDTHS}.items():
        if flag and not header.flags & flag:
            continue
        part = data[at:at + width * header.count]
        values = [part[i:i + width] for i in range(0, len(part), width)]
        columns[flag] = values if flag == DEDUP else [int.from_bytes(value, 'big') for value in values]
        at += width * header.count
    if sum(columns[0]) != header.body_bytes_raw:
        corrupt('lengths whose sum is off')
    for flag, value_max in VALUE_MAX.items():
        if max(columns.get(flag, [0])) > value_max:
            corrupt('a value above its limit')
    deltas = columns.get(GAPS, list(range(header.count)))
    if any(one >= next_one for one, next_one in zip(deltas, deltas[1:])):
        corrupt('offsets that do not grow')
    if deltas[-1] > header.last_offset_delta or (GAPS not in columns and deltas[-1] != header.last_offset_delta):
        corrupt('offsets beyond the range')
    return columns, deltas


def is_bytes(value):
    return value is None or type(value) is bytes


def read_record(data, header):
    try:
        parts = msgpack.decode(data)
    except msgpack.Malformed as fault:
        corrupt(f'a record: {fault}')
    if type(parts) is not list or len(parts) != 5:
        corrupt('a record that is no array of five')
    delta, key, value, headers, attributes = parts
    if type(delta) is not int or not is_bytes(key) or not is_bytes(value) or attributes is not None:
        corrupt('a record with a field of another kind')
    timestamp = header.first_timestamp + delta
    if not 0 <= timestamp <= msgpack.INT_MAX:
        corrupt('a timestamp out of range')
    headers = [] if headers is None else headers
    if type(headers) is not list or len(headers) % 2 or len(headers) > 2 * HEADERS_MAX:
        corrupt('headers that are no pairs')
    pairs = list(zip(headers[::2], headers[1::2]))
    for name, held in pairs:
        if type(name) is not str or len(name.encode('utf-8')) > 255 or type(held) is not bytes:
            corrupt('a header of another kind')
    return Record(value, key, timestamp, pairs)


def decode(data):
    header = read_header(data)
    columns, deltas = read_columns(data, header)
    if header.codec not in codecs.UNPACK:
        raise UnreadableCodec(codecs.NAMES[header.codec])
    body = data[HEADER_BYTES + header.index_bytes:]
    try:
        raw = codecs.unpack(header.codec, body, header.body_bytes_raw)
    except codecs.BadBody as fault:
        corrupt(str(fault))
    records, at = [], 0
    for position, length in enumerate(columns[0]):
        record = read_record(raw[at:at + length], header)
        record.offset = header.base_offset + deltas[position]
        for flag, name in COLUMNS.items():
            if flag in columns:
                value = columns[flag][position]
                setattr(record, name, None if value == bytes(16) else value)
        records.append(record)
        at += length
    return header, records
