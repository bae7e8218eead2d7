# What a reader does: waiting for records, sessions, offsets by meaning. Sections 5 and 9 of docs/protocol.md.
import time

from millrace import batch
from millrace.reference import ERRORS

from .support import append, equal, fetch, fetched, now_ms, place, records, refused, require, topic, values


def waiting(connect):
    """A fetch that waits holds up nothing, and ends by what is appended, by time, or by Cancel."""
    with connect() as connection:
        _, topic_id = topic(connection)
        asked = {'partitions': [place(topic_id, offset=0)], 'maxWaitMs': 10_000}
        long = connection.send('Fetch', **asked)
        enough = connection.send('Fetch', **{**asked, 'minBytes': 1_000})
        require(not connection.has_answer(long, 0.1), 'it waits')
        append(connection, topic_id, records(b'at last'))
        equal(values(fetched(connection.wait(long)['partitions'][0])), [b'at last'])
        require(not connection.has_answer(enough, 0.1), 'it waits for more bytes')
        append(connection, topic_id, records(b'x' * 1_000))
        equal(len(fetched(connection.wait(enough)['partitions'][0])), 2)
        began = time.monotonic()
        equal(fetch(connection, topic_id, offset=2, maxWaitMs=150)['batches'], [])
        require(0.1 < time.monotonic() - began < 5, 'the time is over')
        cancelled = connection.send('Fetch', **{**asked, 'partitions': [place(topic_id, offset=2)]})
        equal(connection.call('Cancel', target=cancelled), {})
        refused('CANCELLED', lambda: connection.wait(cancelled))
        equal(connection.call('Cancel', target=cancelled), {}, 'nothing waits: no error')


def reading(connect):
    """From offset to offset: the first batch may begin before what was asked for and comes whole."""
    with connect() as connection:
        _, topic_id = topic(connection)
        for start in range(0, 30, 10):
            append(connection, topic_id, records(*[b'%d' % at for at in range(start, start + 10)]))
        offset, found = 5, []
        while True:
            answer = fetch(connection, topic_id, offset, maxBytes=1)
            if not answer['batches']:
                break
            equal(len(answer['batches']), 1, 'the first batch alone')
            header, held = batch.decode(answer['batches'][0])
            found += [record.value for record in held if record.offset >= offset]
            offset = header.base_offset + header.last_offset_delta + 1
        equal((found, offset, answer['endOffset']), ([b'%d' % at for at in range(5, 30)], 30, 30))


def sessions(connect):
    with connect() as connection:
        _, topic_id = topic(connection, partitions=3)
        asked = [place(topic_id, partition, offset=0) for partition in range(3)]

        def told(partitions=(), **more):
            body = {'sessionId': 1, 'maxWaitMs': 0, 'partitions': list(partitions), **more}
            answer = connection.call('Fetch', **body)['partitions']
            return {item['partition']: values(fetched(item)) for item in answer}

        append(connection, topic_id, records(b'a'), 1)
        equal(told(asked, isNewSession=True), {0: [], 1: [b'a'], 2: []})
        equal(told(), {}, 'it went on behind what it answered')
        append(connection, topic_id, records(b'b'), 1)
        append(connection, topic_id, records(b'c'), 2)
        equal(told(), {1: [b'b'], 2: [b'c']})
        equal(told([place(topic_id, 1, offset=1)]), {1: [b'b']}, 'moved back')
        equal(told(forgotten=[place(topic_id, 2)]), {})
        append(connection, topic_id, records(b'd'), 2)
        equal(told(), {}, 'forgotten')
        equal(told([place(topic_id, 2, offset=1)]), {2: [b'd']}, 'and added again')
        first = connection.send('Fetch', sessionId=1, maxWaitMs=10_000, partitions=[])
        second = connection.send('Fetch', sessionId=1, maxWaitMs=10_000, partitions=[])
        equal(connection.wait(first)['partitions'], [], 'answered when the next one comes')
        append(connection, topic_id, records(b'e'))
        equal([item['partition'] for item in connection.wait(second)['partitions']], [0])
        refused('UNKNOWN_FETCH_SESSION', lambda: told(sessionId=2))
        answer = connection.call(
            'Fetch', sessionId=1, maxWaitMs=0, partitions=[place(topic_id, 0, offset=99)])['partitions']
        equal([item['errorCode'] for item in answer], [ERRORS['OFFSET_OUT_OF_RANGE']])
        append(connection, topic_id, records(b'f'))
        equal(told(), {}, 'a partition with an error has left')
        equal(told(isNewSession=True), {})
        refused('UNKNOWN_FETCH_SESSION', lambda: told())
        with connect() as other:
            refused('UNKNOWN_FETCH_SESSION', lambda: other.call('Fetch', sessionId=1, partitions=[]))


def offsets(connect):
    with connect() as connection:
        _, topic_id = topic(connection)

        def at(*questions):
            asked = [place(topic_id, at=question) for question in questions]
            answers = connection.call('ListOffsets', partitions=asked)['partitions']
            return [answer['offset'] for answer in answers]

        equal(at(-2, -1), [0, 0], 'an empty partition')
        append(connection, topic_id, records(b'1', b'2'))
        middle = now_ms()
        while now_ms() < middle + 20:
            time.sleep(0.005)
        append(connection, topic_id, records(b'3'))
        stamped = batch.read_header(fetch(connection, topic_id, 2)['batches'][0]).append_time
        equal(at(-2, -1, 0, middle + 10, stamped, stamped + 60_000), [0, 3, 0, 2, 2, 3])
        removed = connection.call('DeleteRecords', partitions=[place(topic_id, beforeOffset=1)])['results']
        equal([(item['errorCode'], item['startOffset']) for item in removed], [(0, 1)])
        equal(at(-2, -1), [1, 3])
        equal(fetch(connection, topic_id, 0)['errorCode'], ERRORS['OFFSET_OUT_OF_RANGE'])
        left = [record.value for record in fetched(fetch(connection, topic_id, 1)) if record.offset >= 1]
        equal(left, [b'2', b'3'])


SCENARIOS = {'waiting': waiting, 'reading': reading, 'sessions': sessions, 'offsets': offsets}
