# What the scenarios share: topics of their own, batches sent and read back, and plain checks.
import itertools
import os
import time

from millrace import batch
from millrace.batch import Record
from millrace.frame import BrokerError

serial = itertools.count(1)


def equal(found, wanted, what=''):
    if found != wanted:
        raise AssertionError(f'{what}: {found!r} is not {wanted!r}')


def require(fact, what):
    if not fact:
        raise AssertionError(what)


def refused(code, action):
    """The error of this name; anything else fails."""
    try:
        found = action()
    except BrokerError as error:
        equal(error.code, code, error.message)
        return error
    raise AssertionError(f'{code} expected, not {found!r}')


def name_of(purpose):
    return f'{purpose}-{os.getpid()}-{next(serial)}'


def topic(connection, partitions=1, **config):
    """A new topic: its name and its id."""
    name = name_of('topic')
    made = connection.call('CreateTopic', name=name, partitions=partitions, config=config or None)
    return name, made['topicId']


def place(topic_id, partition=0, **more):
    return {'topicId': topic_id, 'partition': partition, **more}


def now_ms():
    return time.time_ns() // 1_000_000


def records(*values):
    return [Record(value, timestamp_ms=now_ms()) for value in values]


def produce(connection, topic_id, data, partition=0, **more):
    """The outcome of one batch, whatever it is."""
    if isinstance(data, list):
        data = batch.encode(data)
    answer = connection.call('Produce', batches=[place(topic_id, partition, batch=data, **more)])
    return answer['results'][0]


def append(connection, topic_id, data, partition=0, **more):
    """The offset of the first record; the batch has to be appended."""
    outcome = produce(connection, topic_id, data, partition, **more)
    equal(outcome['errorCode'], 0, outcome['errorMessage'])
    return outcome['baseOffset']


def fetched(answer):
    """The records of one partition of an answer, below the offset asked for or not."""
    return [record for data in answer['batches'] for record in batch.decode(data)[1]]


def fetch(connection, topic_id, offset=0, partition=0, **more):
    body = {'maxWaitMs': 0, **more}
    answer = connection.call('Fetch', partitions=[place(topic_id, partition, offset=offset)], **body)
    return answer['partitions'][0]


def values(found):
    return [record.value for record in found]


def until(condition, what, within_s=10):
    end = time.monotonic() + within_s
    while not (found := condition()):
        require(time.monotonic() < end, f'in vain waited for {what}')
        time.sleep(0.01)
    return found
