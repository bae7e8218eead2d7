# Holds the coder against every golden vector of protocol/vectors: valid ones are read and written again to the same
# bytes, invalid ones are refused with the error they name. Prints counts; exits with 1 if one of them failed.
import json
import sys

sys.dont_write_bytecode = True

from millrace import batch, codecs, frame, keys, kinds, msgpack, reference

# A hash of this implementation's own tables, in no form that the document describes.
NOT_FOR_OTHERS = {'fingerprints.json'}


class Unchecked(Exception):
    """The standard library cannot look into this one."""


def plain(value):
    """A value of the JSON files: `{"$hex": ...}` is bytes."""
    if isinstance(value, dict):
        if set(value) == {'$hex'}:
            return bytes.fromhex(value['$hex'])
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f'{found!r}\n    is not {wanted!r}')


def refusal(action):
    try:
        found = action()
    except kinds.Refused as error:
        return error
    raise AssertionError(f'not refused: {found!r}')


def payload_of(entry):
    reader = frame.FrameReader()
    (payload,) = reader.feed(bytes.fromhex(entry['hex']))
    return payload


def check_frames(entry):
    # All at once, and byte by byte: the network cuts as it likes.
    for size in (len(entry['hex']), 1):
        reader, data, found = frame.FrameReader(entry['frameBytesMax']), bytes.fromhex(entry['hex']), []
        for at in range(0, len(data), size):
            found += [payload.hex() for payload in reader.feed(data[at:at + size])]
        equal((found, reader.error), (entry['payloads'], entry['error']))


def check_integers(entry):
    value = int(entry['name'])
    equal(msgpack.encode(value).hex(), entry['hex'])
    equal(msgpack.decode(bytes.fromhex(entry['hex'])), value)


def check_requests(entry):
    body = plain(entry['body'])
    equal(frame.request(entry['api'], entry['correlationId'], body).hex(), entry['hex'])
    found = frame.read_request(payload_of(entry), fill=False)
    equal(found, (entry['api'], entry['correlationId'], body))
    equal(reference.APIS[entry['api']].version, entry['version'])


def check_responses(entry):
    body = plain(entry['body'])
    equal(frame.response(entry['api'], entry['correlationId'], body).hex(), entry['hex'])
    correlation_id, error_code, fields = frame.read_header(payload_of(entry))
    equal((correlation_id, error_code), (entry['correlationId'], 0))
    equal(frame.read_response(entry['api'], 0, fields, fill=False), body)


def check_errors(entry):
    number = reference.ERRORS[entry['code']]
    detail = entry['detail']
    written = frame.error_response(entry['correlationId'], number, entry['message'], detail)
    equal(written.hex(), entry['hex'])
    correlation_id, error_code, fields = frame.read_header(payload_of(entry))
    error = frame.BrokerError(error_code, *fields)
    equal((correlation_id, error.code, error.message), (entry['correlationId'], entry['code'], entry['message']))
    details = [detail.get(name) for name in ('field', 'limit', 'retryAfterMs')]
    equal([error.field, error.limit, error.retry_after_ms], details)


def check_invalid_payloads(entry):
    error = refusal(lambda: frame.read_request(bytes.fromhex(entry['hex'])))
    equal((error.code, error.field), (entry['error'], entry['field']))


HEADER_NAMES = {
    'base_offset': 'baseOffset', 'append_time': 'appendTimeMs', 'checksum': 'checksum', 'format': 'format',
    'codec': 'codec', 'flags': 'flags', 'count': 'count', 'last_offset_delta': 'lastOffsetDelta',
    'first_timestamp': 'firstTimestampMs', 'last_timestamp': 'lastTimestampMs', 'producer_id': 'producerId',
    'producer_epoch': 'producerEpoch', 'sequence': 'sequence', 'index_bytes': 'indexBytes',
    'body_bytes': 'bodyBytes', 'body_bytes_raw': 'bodyBytesRaw',
}


def check_batches(entry):
    data = bytes.fromhex(entry['hex'])
    header = batch.read_header(data)
    told = {name: getattr(header, own) for own, name in HEADER_NAMES.items()}
    equal({**told, 'batchBytes': len(data)}, entry['header'])
    try:
        header, records = batch.decode(data)
    except batch.UnreadableCodec as codec:
        raise Unchecked(f'no codec {codec}') from None
    hex_of = lambda value: None if value is None else value.hex()
    equal([{
        'offset': record.offset, 'timestampMs': record.timestamp_ms, 'key': hex_of(record.key),
        'value': hex_of(record.value), 'headers': [[name, value.hex()] for name, value in record.headers],
    } for record in records], entry['records'])
    equal([{
        'delayMs': record.delay_ms, 'ttlMs': record.ttl_ms, 'dedup': hex_of(record.dedup),
        'maxDeliveries': record.max_deliveries, 'groupId': record.group_id,
    } for record in records], entry['columns'])
    if header.codec == codecs.NONE:
        equal(batch.encode(records, header).hex(), entry['hex'])


def check_invalid_batches(entry):
    try:
        error = refusal(lambda: batch.decode(bytes.fromhex(entry['hex'])))
    except batch.UnreadableCodec as codec:
        raise Unchecked(f'no codec {codec}') from None
    equal(error.code, entry['error'])


def check_key_hashes(entry):
    key = plain(entry['key'])
    equal(keys.murmur2(key), entry['hash'])
    for partitions, partition in entry['partitions'].items():
        equal(keys.partition_of(key, int(partitions)), partition)


def check_dedup_hashes(entry):
    equal(keys.dedup_hash(entry['name']).hex(), entry['hash'])


def check_message_ids(entry):
    parts = entry['topicId'], entry['partition'], entry['offset']
    equal(keys.message_id(*parts), entry['name'])
    equal(keys.read_message_id(entry['name']), parts)


def check_receipts(entry):
    equal(keys.receipt(*entry['receipt'].values()), entry['name'])
    equal(keys.read_receipt(entry['name']), list(entry['receipt'].values()))


CHECKS = {
    'frames.json': check_frames,
    'integers.json': check_integers,
    'requests.json': check_requests,
    'responses.json': check_responses,
    'error-responses.json': check_errors,
    'invalid-payloads.json': check_invalid_payloads,
    'batches.json': check_batches,
    'invalid-batches.json': check_invalid_batches,
    'key-hashes.json': check_key_hashes,
    'dedup-hashes.json': check_dedup_hashes,
    'message-ids.json': check_message_ids,
    'receipts.json': check_receipts,
}


def check_file(path):
    passed, unchecked, failed = 0, [], 0
    for entry in json.loads(path.read_text('utf-8')):
        try:
            CHECKS[path.name](entry)
            passed += 1
        except Unchecked as why:
            unchecked.append(f'{entry["name"]} ({why})')
        except Exception as fault:
            failed += 1
            print(f'  FAILED {path.name}: {entry["name"]}: {type(fault).__name__}: {fault}')
    print(f'{path.name}: {passed} passed, {failed} failed, {len(unchecked)} not checked')
    for name in unchecked:
        print(f'  not checked: {name}')
    return passed, failed


def main():
    files = sorted((reference.ROOT / 'protocol/vectors').glob('*.json'))
    counts = [check_file(path) for path in files if path.name not in NOT_FOR_OTHERS]
    passed, failed = (sum(column) for column in zip(*counts))
    is_whole = {path.name for path in files} == set(CHECKS) | NOT_FOR_OTHERS
    print(f'{passed} vectors passed, {failed} failed{"" if is_whole else "; files came or went"}')
    return 0 if failed == 0 and passed > 0 and is_whole else 1


sys.exit(main())
