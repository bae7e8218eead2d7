# Members of share groups: leases, every kind of acknowledgement, dead letters. Sections 11 to 13.

from millrace import batch, keys
from millrace.batch import Record
from millrace.reference import ERRORS

from .support import append, equal, fetch, fetched, now_ms, place, produce, refused, require, topic, until, values

RANGE = ('topicId', 'partition', 'firstOffset', 'lastOffset', 'token')


class Queue:
    """A topic and a share group over it, both of the same name."""

    def __init__(self, connection, **config):
        self.connection = connection
        self.name, self.topic_id = topic(connection)
        config = {'backoff': 'none', **config}
        connection.call('CreateShareGroup', group=self.name, topics=[self.name], config=config)

    def receive(self, count=1, wait_ms=5_000, **more):
        """The leases, and the records that lie in them."""
        body = {'group': self.name, 'topics': [self.name], 'memberId': 'python', **more}
        answer = self.connection.call('Receive', maxMessages=count, maxWaitMs=wait_ms, **body)
        leases = answer['leases']
        held = [
            record for lease in leases for record in fetched(lease)
            if lease['firstOffset'] <= record.offset <= lease['lastOffset']
        ]
        return leases, held

    def acknowledge(self, lease, kind, **more):
        """The outcomes: first offset, last offset, name of the error or None."""
        item = {**{name: lease[name] for name in RANGE}, 'kind': kind, **more}
        (result,) = self.connection.call('Acknowledge', group=self.name, items=[item])['results']
        names = {number: name for name, number in ERRORS.items()}
        return [
            (found['firstOffset'], found['lastOffset'], names.get(found['errorCode']))
            for found in result['outcomes']
        ], result['deadlineMs']

    def counters(self):
        (found,) = self.connection.call('Counters', group=self.name)['partitions']
        return {name: count for name, count in found.items() if count and name in STATES}

    def dead_letters(self):
        (group,) = self.connection.call('DescribeShareGroups', groups=[self.name])['groups']
        name = group['topics'][0]['deadLetterTopic']
        (dead,) = self.connection.call('Metadata', topics=[name])['topics']
        return fetched(fetch(self.connection, dead['topicId']))


STATES = ('fresh', 'ready', 'scheduled', 'leased', 'blocked', 'acknowledged', 'dead')


def part(lease, first, last):
    return {**lease, 'firstOffset': first, 'lastOffset': last}


def each_kind(connect):
    with connect() as connection:
        queue = Queue(connection)
        append(connection, queue.topic_id, [Record(b'%d' % number) for number in range(6)])
        (lease,), held = queue.receive(6)
        equal((values(held), lease['deliveries']), ([b'0', b'1', b'2', b'3', b'4', b'5'], 1))
        outcomes, _ = queue.acknowledge(part(lease, 0, 1), 'accept')
        equal(outcomes, [(0, 1, None)])
        equal(queue.acknowledge(part(lease, 2, 2), 'release', errorText='not yet')[0], [(2, 2, None)])
        equal(queue.acknowledge(part(lease, 3, 3), 'reject', errorText='never')[0], [(3, 3, None)])
        outcomes, deadline_ms = queue.acknowledge(part(lease, 4, 4), 'extend', delayMs=600_000)
        equal(outcomes, [(4, 4, None)])
        require(abs(deadline_ms - now_ms() - 600_000) < 60_000, 'the new deadline')
        equal(queue.acknowledge(part(lease, 5, 5), 'return')[0], [(5, 5, None)])
        equal(queue.counters(), {'ready': 2, 'leased': 1, 'acknowledged': 2, 'dead': 1})
        again, held = queue.receive(6)
        equal([(item['firstOffset'], item['deliveries']) for item in again], [(2, 2), (5, 1)])
        require(again[0]['token'] > lease['token'], 'tokens grow')
        # Each offset has an outcome of its own, whatever became of it.
        outcomes, _ = queue.acknowledge(lease, 'accept')
        equal(outcomes, [
            (0, 1, 'ALREADY_RESOLVED'), (2, 2, 'STALE_LEASE'), (3, 3, 'ALREADY_RESOLVED'), (4, 4, None),
            (5, 5, 'STALE_LEASE'),
        ])
        never = {**again[0], 'token': again[0]['token'] + 1_000}
        equal(queue.acknowledge(never, 'accept')[0], [(2, 2, 'UNKNOWN_RECEIPT')])
        equal(queue.acknowledge(again[0], 'extend', delayMs=43_200_001)[0], [(2, 2, 'LEASE_TOO_LONG')])
        upside_down = part(again[0], 3, 2)
        equal(queue.acknowledge(upside_down, 'accept')[0], [(3, 2, 'INVALID_REQUEST')])
        nowhere = {**again[0], 'topicId': 4_000_000_000}
        equal(queue.acknowledge(nowhere, 'accept')[0], [(2, 2, 'UNKNOWN_TOPIC')])
        for item in again:
            queue.acknowledge(item, 'accept')
        equal(queue.counters(), {'acknowledged': 5, 'dead': 1})
        (letter,) = queue.dead_letters()
        headers = dict(letter.headers)
        equal((letter.value, headers['millrace-dlq-reason']), (b'3', b'rejected'))
        equal(headers['millrace-dlq-error'], b'never')


def exhausted(connect):
    with connect() as connection:
        queue = Queue(connection, maxDeliveries=2)
        sent = Record(b'poison', b'key', now_ms() - 7_000, [('own', b'1'), ('millrace-dlq-reason', b'forged')])
        append(connection, queue.topic_id, [Record(b'before'), sent])
        (first,), _ = queue.receive(1)
        queue.acknowledge(first, 'accept')
        for delivery in (1, 2):
            (lease,), held = queue.receive(1)
            equal((values(held), lease['deliveries']), ([b'poison'], delivery))
            queue.acknowledge(lease, 'release', errorText=f'failure {delivery}')
        equal(queue.counters(), {'acknowledged': 1, 'dead': 1})
        (letter,) = until(queue.dead_letters, 'the dead letter')
        equal((letter.key, letter.value, letter.timestamp_ms), (sent.key, sent.value, sent.timestamp_ms))
        headers = dict(letter.headers)
        equal(len(headers), len(letter.headers), 'a forged header is replaced')
        times = [int(headers.pop(f'millrace-dlq-{which}-failed-at')) for which in ('first', 'last')]
        require(0 <= times[1] - times[0] < 60_000 and abs(times[1] - now_ms()) < 60_000, f'{times}')
        equal(headers, {
            'own': b'1',
            'millrace-dlq-topic': queue.name.encode(),
            'millrace-dlq-partition': b'0',
            'millrace-dlq-offset': b'1',
            'millrace-dlq-group': queue.name.encode(),
            'millrace-dlq-deliveries': b'2',
            'millrace-dlq-reason': b'exhausted',
            'millrace-dlq-error': b'failure 2',
            'millrace-dlq-message-id': keys.message_id(queue.topic_id, 0, 1).encode(),
        })


def dead_letter_topics(connect):
    """Where a dead letter goes, and the message id that stays over several deaths."""
    with connect() as connection:
        source, source_id = topic(connection, partitions=3)
        first, first_id = topic(connection, partitions=2)
        second, second_id = topic(connection)
        connection.call('CreateShareGroup', group=source, topics=[source], deadLetterTopic=first)
        config = {'onExhausted': 'dlq'}
        connection.call('CreateShareGroup', group=first, topics=[first], deadLetterTopic=second, config=config)
        refused('DLQ_LOOP', lambda: connection.call(
            'CreateShareGroup', group=second, topics=[second], deadLetterTopic=source, config=config))
        append(connection, source_id, [Record(b'v', headers=[('millrace-dlq-message-id', b'none')])], 2)
        for name in (source, first):
            (lease,) = connection.call(
                'Receive', group=name, topics=[name], memberId='m', maxWaitMs=5_000)['leases']
            item = {**{field: lease[field] for field in RANGE}, 'kind': 'reject'}
            connection.call('Acknowledge', group=name, items=[item])
        equal(len(fetched(fetch(connection, first_id, 0, 0))), 1, 'partition 2 of 3 to 2 modulo 2')
        headers = dict(fetched(fetch(connection, second_id))[0].headers)
        equal(headers['millrace-dlq-message-id'], keys.message_id(source_id, 2, 0).encode(), 'of the first')
        equal(headers['millrace-dlq-topic'], first.encode(), 'of the last')


def leases(connect):
    """Waiting for a message, the same attempt again, a lease that ends by time, a result."""
    with connect() as connection:
        queue = Queue(connection)
        body = {'group': queue.name, 'topics': [queue.name], 'memberId': 'waits', 'maxWaitMs': 10_000}
        waiting = connection.send('Receive', **body)
        require(not connection.has_answer(waiting, 0.1), 'it waits')
        append(connection, queue.topic_id, [Record(b'here')])
        (lease,) = connection.wait(waiting)['leases']
        queue.acknowledge(lease, 'accept', result=b'done')
        message = connection.call('GetMessage', group=queue.name, **place(queue.topic_id, offset=0))
        equal((message['state']['state'], message['result']['value']), ('acknowledged', b'done'))
        equal(queue.receive(wait_ms=0)[0], [])
        append(connection, queue.topic_id, [Record(b'again')])
        (one,), _ = queue.receive(attemptId='a-1', visibilityTimeoutMs=60_000)
        (same,), _ = queue.receive(attemptId='a-1', visibilityTimeoutMs=60_000)
        equal([same[name] for name in RANGE], [one[name] for name in RANGE], 'the same lease')
        queue.acknowledge(one, 'extend', delayMs=50)
        (late,), _ = queue.receive()
        require(late['token'] > one['token'] and late['deliveries'] == 2, 'its time was over')
        equal(queue.acknowledge(one, 'accept')[0], [(1, 1, 'STALE_LEASE')])
        text = keys.receipt(*[late[name] for name in RANGE[:2]], None, *[late[name] for name in RANGE[2:]])
        equal(keys.read_receipt(text), [queue.topic_id, 0, None, 1, 1, late['token']])
        equal(queue.acknowledge(late, 'accept')[0], [(1, 1, None)])
        refused('TOPIC_NOT_IN_GROUP', lambda: connection.call(
            'Receive', group=queue.name, topics=[topic(connection)[0]], memberId='m'))


def parts_of_batches(connect):
    """A few messages of a large batch come as a batch of their own, with a checksum and columns of their own."""
    with connect() as connection:
        queue = Queue(connection)
        sent = [Record(b'%d' % number * 50, max_deliveries=number) for number in range(100)]
        append(connection, queue.topic_id, sent)
        (lease,), held = queue.receive(3)
        equal((values(held), lease['lastOffset']), ([record.value for record in sent[:3]], 2))
        equal([record.max_deliveries for record in held], [0, 1, 2])
        (data,) = lease['batches']
        equal(batch.read_header(data).count, 3, 'cut out')
        outcome = produce(connection, queue.topic_id, batch.encode(sent, batch.Header(codec=1)))
        equal(outcome['errorCode'], 0)
        (lease,), held = queue.receive(100)
        equal([record.offset for record in held], list(range(3, 103)), 'one lease over two batches')
        header = batch.read_header(lease['batches'][-1])
        equal((header.codec, header.count), (1, 100), 'a compressed batch is never cut')


SCENARIOS = {
    'each kind': each_kind,
    'exhausted': exhausted,
    'dead-letter topics': dead_letter_topics,
    'leases': leases,
    'parts of batches': parts_of_batches,
}
