# What a producer does: batches in every form, keys, columns, ids that make sending again safe. Sections 6 to 8.
import json
import time

from millrace import batch, codecs, keys
from millrace.batch import Header, Record
from millrace.reference import ERRORS, ROOT

from .support import append, equal, fetch, fetched, now_ms, place, produce, records, refused, require, topic, values


def plain(connect):
    with connect() as connection:
        _, topic_id = topic(connection)
        sent = [
            Record(b'one', b'k', now_ms(), [('a', b'1'), ('a', b''), ('\u00e9', b'\xff')]),
            Record(None, b'k', 0),
            Record(b'', b'', 2**53 - 1),
            Record(b'x' * 70_000, None, now_ms() - 5_000),
        ]
        outcome = produce(connection, topic_id, sent)
        equal((outcome['errorCode'], outcome['baseOffset'], outcome['repeated']), (0, 0, False))
        equal(append(connection, topic_id, records(b'next')), len(sent), 'the next offset')
        answer = fetch(connection, topic_id)
        equal((answer['startOffset'], answer['endOffset']), (0, len(sent) + 1))
        for offset, record in enumerate(sent):
            record.offset = offset
        equal(fetched(answer)[:len(sent)], sent, 'records')
        header = batch.read_header(answer['batches'][0])
        equal(header.append_time, outcome['appendTimeMs'], 'stamped')
        require(abs(header.append_time - now_ms()) < 60_000, 'by the clock')


def compressed(connect):
    with connect() as connection:
        _, topic_id = topic(connection)
        packed = batch.encode(records(b'millrace ' * 1_000, b'!' * 1_000), Header(codec=codecs.GZIP))
        require(len(packed) < 400, 'it is compressed')
        append(connection, topic_id, packed)
        equal(values(fetched(fetch(connection, topic_id))), [b'millrace ' * 1_000, b'!' * 1_000])
        append(connection, topic_id, batch.encode(records(b'x'), Header(codec=codecs.GZIP)))
        stored = fetch(connection, topic_id, offset=2)['batches']
        equal(batch.read_header(stored[0]).codec, codecs.NONE, 'compression made it no shorter')
        members = codecs.pack_gzip(b'one ' * 100) + codecs.pack_gzip(b'two ' * 100)
        equal(codecs.unpack(codecs.GZIP, members, 800), b'one ' * 100 + b'two ' * 100, 'several members')
        for wrong in (members + b'more', members[:-1]):
            try:
                raise AssertionError(codecs.unpack(codecs.GZIP, wrong, 800))
            except codecs.BadBody:
                pass
    with connect(hello=False) as connection:
        accepted = connection.hello()['codecs']
        _, topic_id = topic(connection)
        for entry in json.loads((ROOT / 'protocol/vectors/batches.json').read_text('utf-8')):
            codec = codecs.NAMES[entry['header']['codec']]
            outcome = produce(connection, topic_id, bytes.fromhex(entry['hex']))
            if codec not in accepted:
                equal(outcome['errorCode'], ERRORS['UNSUPPORTED_CODEC'], entry['name'])
            elif codec in ('lz4', 'snappy'):
                found = fetched(fetch(connection, topic_id, offset=outcome['baseOffset']))
                equal([record.value.hex() for record in found], [record['value'] for record in entry['records']])


def keyed(connect):
    with connect() as connection:
        _, topic_id = topic(connection, partitions=5)
        for number in range(40):
            key = b'key-%d' % number
            append(connection, topic_id, [Record(b'', key)], keys.partition_of(key, 5))
        counts = [len(fetched(fetch(connection, topic_id, partition=partition))) for partition in range(5)]
        require(sum(counts) == 40 and min(counts) > 0, f'spread: {counts}')
        _, tables = topic(connection, cleanupPolicy='compact')
        outcome = produce(connection, tables, records(b'no key'))
        equal(outcome['errorCode'], ERRORS['KEY_REQUIRED'])


def columns(connect):
    """A delay is for share groups, who reads the log sees the record at once; a dedup id is for the topic."""
    with connect() as connection:
        name, topic_id = topic(connection)
        connection.call('CreateShareGroup', group=name, topics=[name])
        late, soon = Record(b'late', delay_ms=1_000, max_deliveries=2), Record(b'soon', ttl_ms=60_000)
        began = time.monotonic()
        append(connection, topic_id, [late, soon])
        body = {'group': name, 'topics': [name], 'memberId': 'm', 'maxMessages': 10, 'maxWaitMs': 5_000}
        first = connection.call('Receive', **body)['leases']
        equal(values(fetched(fetch(connection, topic_id))), [b'late', b'soon'], 'the log has both')
        equal([(lease['firstOffset'], lease['lastOffset']) for lease in first], [(1, 1)], 'at once')
        second = connection.call('Receive', **body)['leases']
        equal([lease['firstOffset'] for lease in second], [0])
        require(time.monotonic() - began > 0.9, 'the delay')
        found = fetched(fetch(connection, topic_id))
        equal([(r.value, r.delay_ms) for r in found], [(b'late', 1_000), (b'soon', 0)], 'the column stays')
        one, two = (Record(b'%d' % number, dedup=keys.dedup_hash('order-17')) for number in (1, 2))
        other = Record(b'3', dedup=keys.dedup_hash('order-18'))
        equal(append(connection, topic_id, [one]), 2)
        outcome = produce(connection, topic_id, [two, other])
        equal((outcome['baseOffset'], outcome['duplicates']), (3, [{'index': 0, 'partition': 0, 'offset': 2}]))
        outcome = produce(connection, topic_id, [one])
        equal((outcome['baseOffset'], outcome['appendTimeMs'], outcome['errorCode']), (-1, -1, 0))


def invalid_batches(connect):
    """Of the golden batches that are wrong the broker refuses those whose fault it can see without the body."""
    with connect(hello=False) as connection:
        accepted = connection.hello()['codecs']
        _, topic_id = topic(connection)
        seen = set()
        for entry in json.loads((ROOT / 'protocol/vectors/invalid-batches.json').read_text('utf-8')):
            data = bytes.fromhex(entry['hex'])
            code = 0
            try:
                header = batch.read_header(data)
                batch.read_columns(data, header)
                if codecs.NAMES[header.codec] not in accepted:
                    code = ERRORS['UNSUPPORTED_CODEC']
            except batch.Refused as error:
                code = ERRORS[error.code]
            equal(produce(connection, topic_id, data)['errorCode'], code, entry['name'])
            seen.add(code)
        require({0, 31, 32, 34} <= seen, f'errors of every kind: {seen}')
        for wrong in (
            Header(flags=batch.GAPS, last_offset_delta=3),
            Header(flags=batch.GROUP),
            Header(first_timestamp=9, last_timestamp=8),
            Header(producer_id=1),
        ):
            data = batch.encode([Record(b'', timestamp_ms=8)], wrong)
            equal(produce(connection, topic_id, data)['errorCode'], ERRORS['CORRUPT_BATCH'], repr(wrong))


def producers(connect):
    with connect() as connection:
        _, topic_id = topic(connection)
        known = connection.call('InitProducer')
        equal(known['producerEpoch'], 0)

        def numbered(sequence, count=1, epoch=0, producer_id=known['producerId']):
            header = Header(producer_id=producer_id, producer_epoch=epoch, sequence=sequence)
            return batch.encode(records(*[b'v'] * count), header)

        first = numbered(0, count=3)
        equal(append(connection, topic_id, first), 0)
        second = numbered(3)
        equal(append(connection, topic_id, second), 3)
        for data, offset in ((first, 0), (second, 3)):
            outcome = produce(connection, topic_id, data)
            equal((outcome['errorCode'], outcome['baseOffset'], outcome['repeated']), (0, offset, True))
        equal(fetch(connection, topic_id)['endOffset'], 4, 'nothing was appended twice')
        outcome_of = lambda data: produce(connection, topic_id, data)['errorCode']
        equal(outcome_of(numbered(5)), ERRORS['OUT_OF_ORDER_SEQUENCE'])
        for sequence in range(4, 10):
            append(connection, topic_id, numbered(sequence))
        equal(outcome_of(first), ERRORS['DUPLICATE_SEQUENCE'], 'more than five batches ago')
        equal(outcome_of(numbered(0, producer_id=2**40)), ERRORS['UNKNOWN_PRODUCER'])
        newer = connection.call('InitProducer', **known)
        equal(newer, {**known, 'producerEpoch': 1})
        equal(connection.call('InitProducer', **known), newer, 'asked again')
        append(connection, topic_id, numbered(0, epoch=1))
        equal(outcome_of(numbered(10)), ERRORS['PRODUCER_FENCED'])
        equal(append(connection, topic_id, records(b'no producer')), 11)
        name = f'named-{topic_id}'
        mine, other = (connection.call('InitProducer', name=name) for _ in range(2))
        equal((other['producerId'], other['producerEpoch']), (mine['producerId'], 1))
        equal(outcome_of(numbered(0, 1, 0, mine['producerId'])), ERRORS['PRODUCER_FENCED'])


def expected_offset(connect):
    with connect() as connection:
        _, topic_id = topic(connection)
        equal(append(connection, topic_id, records(b'a', b'b'), expectedOffset=0), 0)
        outcome = produce(connection, topic_id, records(b'c'), expectedOffset=0)
        found = {name: outcome[name] for name in ('errorCode', 'baseOffset', 'endOffset')}
        equal(found, {'errorCode': ERRORS['OFFSET_MISMATCH'], 'baseOffset': -1, 'endOffset': 2})
        equal(append(connection, topic_id, records(b'c'), expectedOffset=outcome['endOffset']), 2)
        # Several requests on their way keep their order, each batch has an outcome of its own.
        sent = [
            connection.send('Produce', batches=[
                place(topic_id, batch=batch.encode(records(b'%d' % at)), expectedOffset=at),
                place(topic_id, 9, batch=batch.encode(records(b'nowhere'))),
            ])
            for at in range(3, 13)
        ]
        for at, correlation_id in zip(range(3, 13), reversed(sent)):
            results = connection.wait(correlation_id)['results']
            codes = [result['errorCode'] for result in results]
            equal((results[0]['baseOffset'], codes), (15 - at, [0, ERRORS['UNKNOWN_PARTITION']]))
        body = {'transactionId': f't-{topic_id}', 'acknowledgements': [], 'offsets': [], 'effects': []}
        late = place(topic_id, batch=batch.encode(records(b'z')), expectedOffset=12)
        error = refused('TRANSACTION_CONFLICT', lambda: connection.call('Transact', batches=[late], **body))
        equal((error.field, error.message.split()[0]), ('batches[0]', 'OFFSET_MISMATCH'))
        fits = {**late, 'expectedOffset': 13}
        for is_repeated in (False, True):
            done = connection.call('Transact', batches=[fits], **{**body, 'transactionId': f'u-{topic_id}'})
            equal((done['repeated'], done['batches'][0]['baseOffset']), (is_repeated, 13))


SCENARIOS = {
    'plain': plain,
    'compressed': compressed,
    'keyed': keyed,
    'columns': columns,
    'invalid batches': invalid_batches,
    'producers': producers,
    'expected offset': expected_offset,
}
