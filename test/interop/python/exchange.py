# What the test lets this client do beside one in another language: exchange.py write|read|member HOST:PORT ...
# Speaks JSON lines; bytes are hexadecimal digits.
import json
import select
import sys

sys.dont_write_bytecode = True

from millrace import batch, codecs, keys
from millrace.batch import Header, Record
from millrace.client import Connection
from scenarios.group import Member
from scenarios.support import append, fetch, fetched, now_ms, place


def told(fact):
    print(json.dumps(fact), flush=True)


def topic_of(connection, name):
    (found,) = connection.call('Metadata', topics=[name])['topics']
    return found['topicId'], len(found['leaders'])


def plain(record, partition):
    hex_of = lambda value: None if value is None else value.hex()
    return {
        'partition': partition, 'offset': record.offset, 'timestampMs': record.timestamp_ms,
        'key': hex_of(record.key), 'value': hex_of(record.value),
        'headers': [[name, value.hex()] for name, value in record.headers],
    }


def write(connection, name, count):
    """So many keyed records in batches of four, every other batch gzip; each goes where its key says."""
    topic_id, partitions = topic_of(connection, name)
    waiting = {}
    for number in range(int(count)):
        key = b'key-%d' % (number % 17)
        headers = [('number', b'%d' % number), ('\u00e9', b'\xff\x00')]
        record = Record(b'%d ' % number * 30, key, now_ms() - number, headers)
        waiting.setdefault(keys.partition_of(key, partitions), []).append(record)
    for partition, records in waiting.items():
        for at in range(0, len(records), 4):
            some = records[at:at + 4]
            codec = codecs.GZIP if at % 8 else codecs.NONE
            base = append(connection, topic_id, batch.encode(some, Header(codec=codec)), partition)
            for delta, record in enumerate(some):
                record.offset = base + delta
                told(plain(record, partition))


def read(connection, name):
    """All there is; a record with a key has to lie in the partition that this client would choose."""
    topic_id, partitions = topic_of(connection, name)
    for partition in range(partitions):
        offset = 0
        while (answer := fetch(connection, topic_id, offset, partition))['batches']:
            for record in fetched(answer):
                if record.offset < offset:
                    continue
                if record.key is not None and keys.partition_of(record.key, partitions) != partition:
                    raise AssertionError(f'{record.key!r} lies in partition {partition}')
                told(plain(record, partition))
                offset = record.offset + 1


def member(connection, name, group):
    """Works in a group until a line comes in: then it commits the end of all it owns, leaves and ends."""
    topic_id, _ = topic_of(connection, name)
    self = Member(connection, group, [name])
    self.join()
    while True:
        told({'owned': self.partitions()})
        self.wait()
        while not connection.has_answer(self.waiting, 0.02):
            if select.select([sys.stdin], [], [], 0)[0]:
                connection.call('Cancel', target=self.waiting)
                break
        else:
            self.hear()
            continue
        break
    ends = [place(topic_id, partition, at=-1) for partition in self.partitions()]
    answers = connection.call('ListOffsets', partitions=ends)['partitions']
    codes = self.commit(*[
        place(topic_id, answer['partition'], offset=answer['offset'], metadata='python') for answer in answers
    ])
    connection.call('GroupLeave', group=group, memberId=self.id, memberEpoch=self.epoch)
    told({'committed': codes})


def main(action, address, *rest):
    host, port = address.rsplit(':', 1)
    with Connection(host, int(port)) as connection:
        connection.hello()
        {'write': write, 'read': read, 'member': member}[action](connection, *rest)


main(*sys.argv[1:])
