# How a connection begins and ends, and what becomes of requests that are wrong: sections 1 to 5.
import json

from millrace import frame, msgpack
from millrace.reference import APIS, ERRORS, LIMITS, ROOT

from .support import append, equal, fetch, name_of, place, records, refused, require, topic


def hello(connect):
    early = connect(hello=False)
    refused('HELLO_REQUIRED', lambda: early.call('Metadata'))
    equal(early.ending(), None, 'the answer was all')
    with connect(hello=False) as connection:
        connection.waiting[7] = 'Hello'
        connection.send_bytes(frame.frame(msgpack.encode([0, 2, 7])))
        error = refused('UNSUPPORTED_VERSION', lambda: connection.wait(7))
        equal(error.limit, '1 to 1')
        told = connection.hello()
        equal({api['key'] for api in told['apis']}, {api.key for api in APIS.values()}, 'APIs')
        require({'none', 'gzip'} <= set(told['codecs']), 'gzip is always there')
        differing = {name: value for name, value in told['limits'].items() if LIMITS.get(name) != value}
        equal(differing, {}, 'limits told and those of the reference')
        refused('INVALID_REQUEST', lambda: connection.hello())
        equal(connection.call('Metadata', topics=[])['topics'], [], 'goes on')


def answer_to(connection, payload):
    connection.send_bytes(frame.frame(payload))
    data = connection.socket.recv(65_536)
    (found,) = frame.FrameReader().feed(data)
    return frame.read_header(found)


def invalid_payloads(connect):
    """What the golden vectors say of each payload is what the broker answers."""
    entries = json.loads((ROOT / 'protocol/vectors/invalid-payloads.json').read_text('utf-8'))
    for entry in entries:
        with connect() as connection:
            correlation_id, number, fields = answer_to(connection, bytes.fromhex(entry['hex']))
            equal((number, fields[1]), (ERRORS[entry['error']], entry['field']), entry['name'])
            is_malformed = entry['error'] == 'MALFORMED_FRAME'
            equal(correlation_id, 0 if is_malformed else 5, entry['name'])
            if is_malformed:
                equal(connection.socket.recv(1), b'', 'closed')
            else:
                connection.call('Metadata', topics=[])
    require(len(entries) > 0, 'there are vectors')


def garbage(connect):
    too_long = (LIMITS['frameBytesMax'] + 1).to_bytes(4, 'big')
    for data, code in [
        (too_long, 'FRAME_TOO_LARGE'),
        (b'GET / HTTP/1.1\r\n\r\n', 'FRAME_TOO_LARGE'),
        (bytes(4), 'MALFORMED_FRAME'),
        (frame.frame(b'\xc1' * 100), 'MALFORMED_FRAME'),
    ]:
        for is_greeted in (False, True):
            connection = connect(hello=is_greeted)
            connection.send_bytes(data)
            error = connection.ending()
            equal((error.code, error.number), (code, ERRORS[code]), repr(data[:8]))
    equal(error.field, None)
    with connect(hello=False) as half:
        half.send_bytes(b'\x00\x00\x00')
    with connect() as connection:
        _, topic_id = topic(connection)
        waiting = connection.send('Fetch', partitions=[place(topic_id, offset=0)], maxWaitMs=10_000)
        connection.send_bytes(frame.request('Metadata', waiting, {}))
        error = refused('INVALID_REQUEST', lambda: connection.wait(waiting))
        equal((error.field, connection.ending()), ('correlationId', None), 'an id that waits')
    with connect() as connection:
        connection.call('Metadata')


def forms(connect):
    """Every length of every number, fields left out at the end, fields nobody knows, frames in pieces."""
    with connect() as connection:
        _, topic_id = topic(connection)
        append(connection, topic_id, records(b'1'))
        wide = b'\xd3' + topic_id.to_bytes(8, 'big')
        parts = b'\xdc\x00\x03' + wide + b'\xcf' + bytes(8) + b'\xd0\xff'
        list_offsets = b'\xdd\x00\x00\x00\x05\xcd\x00\x0c\xce\x00\x00\x00\x01\xcf' + (9).to_bytes(8, 'big')
        unknown = b'\x82\x01\x02\x91\xc0\xc4\x01\x00'
        payload = list_offsets + b'\xdd\x00\x00\x00\x01' + parts + unknown
        connection.waiting[9] = 'ListOffsets'
        for byte in frame.frame(payload):
            connection.send_bytes(bytes([byte]))
        equal(connection.wait(9)['partitions'][0]['offset'], 1, 'the end')
        connection.waiting[10] = 'CreateTopic'
        connection.send_bytes(frame.frame(msgpack.encode([3, 1, 10, name_of('short')])))
        require(connection.wait(10)['topicId'] > topic_id, 'defaults where fields are left out')
        (short,) = frame.read_response('Produce', 0, [[[0, None, 7, 8]]])['results']
        told = {'errorCode': 0, 'errorMessage': None, 'baseOffset': 7, 'appendTimeMs': 8}
        equal(short, {**told, 'duplicates': None, 'repeated': False, 'endOffset': -1}, 'as the table says')
        floating = name_of('float')
        for ratio in (1, 0.5):
            connection.call('CreateTopic', name=floating, config={'compactionDirtyRatio': ratio}, validateOnly=True)


def refused_here(action):
    try:
        action()
    except frame.Refused as error:
        equal(error.code, 'MALFORMED_FRAME')
        return
    raise AssertionError('too much is read')


def limits(connect):
    """As many values as a frame may hold, and one more; nesting likewise. What nobody knows counts, too."""
    head = b'\x95\x01\x01\x07\x00'
    values_left = msgpack.REQUEST_VALUES_MAX - 6
    maps = values_left // 17
    array = lambda count: b'\xdd' + count.to_bytes(4, 'big')
    for fits, too_much in [
        (array(values_left) + b'\xc0' * values_left, array(values_left + 1) + b'\xc0' * (values_left + 1)),
        (array(maps) + b'\x80' * maps, array(maps + 1) + b'\x80' * (maps + 1)),
        (b'\x91' * 15 + b'\xc0', b'\x91' * 16 + b'\xc0'),
    ]:
        if len(fits) < 100_000:
            frame.read_request(head + fits)
            refused_here(lambda: frame.read_request(head + too_much))
        with connect() as connection:
            equal(answer_to(connection, head + fits)[:2], (7, 0))
            equal(answer_to(connection, head + too_much)[:2], (0, ERRORS['MALFORMED_FRAME']))


def errors(connect):
    """Errors of whole requests and of items, with their numbers and details."""
    with connect() as connection:
        name, topic_id = topic(connection)
        taken = refused('TOPIC_EXISTS', lambda: connection.call('CreateTopic', name=name))
        equal((taken.number, taken.field), (22, 'name'))
        refused('INVALID_NAME', lambda: connection.call('CreateTopic', name='no spaces'))
        unset = refused('INVALID_CONFIG', lambda: connection.call(
            'CreateTopic', name=name_of('odd'), config={'retentionMs': 5}))
        equal(unset.field, 'config.retentionMs', 'the field at fault')
        missing = connection.call('Metadata', topics=['no-such-topic', name])['topics']
        equal([item['errorCode'] for item in missing], [ERRORS['UNKNOWN_TOPIC'], 0], 'an error an item')
        equal(missing[1]['topicId'], topic_id)
        equal(fetch(connection, topic_id, partition=7)['errorCode'], ERRORS['UNKNOWN_PARTITION'])
        equal(fetch(connection, 4_000_000_000)['errorCode'], ERRORS['UNKNOWN_TOPIC'])
        equal(fetch(connection, topic_id, offset=5)['errorCode'], ERRORS['OFFSET_OUT_OF_RANGE'])
        refused('UNKNOWN_GROUP', lambda: connection.call('DescribeGroup', group='no-such-group'))


SCENARIOS = {
    'hello': hello,
    'invalid payloads': invalid_payloads,
    'garbage': garbage,
    'forms': forms,
    'limits': limits,
    'errors': errors,
}
