# Two members of a consumer group, as section 10 of docs/protocol.md tells a member what to do.
import time
import uuid

from millrace.reference import ERRORS

from .support import append, equal, fetch, fetched, name_of, place, records, refused, require, topic, values

PARTITIONS = 4
SESSION_MS = 30_000
WAIT_MS = 2_000


class Member:
    """One heartbeat after the other; what it owns follows each assignment at once."""

    def __init__(self, connection, group, topics, session_ms=SESSION_MS):
        self.connection = connection
        self.group = group
        self.id = str(uuid.uuid4())
        self.epoch = 0
        self.session_ms = session_ms
        self.topics = topics
        self.owned = {}
        self.waiting = None

    def body(self, **more):
        owned = [{'topicId': topic_id, 'partitions': sorted(held)} for topic_id, held in self.owned.items()]
        return {
            'group': self.group, 'memberId': self.id, 'memberEpoch': self.epoch,
            'sessionTimeoutMs': self.session_ms, 'owned': owned, **more,
        }

    def take(self, answer):
        """Whether it has to move: what is no longer its own is given up here, and reported by the next heartbeat."""
        self.epoch = answer['memberEpoch']
        if answer['assignment'] is None:
            return False
        self.owned = {item['topicId']: set(item['partitions']) for item in answer['assignment']}
        return True

    def join(self):
        self.epoch, self.owned = 0, {}
        moved = self.take(self.connection.call('GroupHeartbeat', **self.body(topics=self.topics)))
        return self.report() if moved else None

    def report(self):
        """Heartbeats without waiting until nothing is left to report."""
        for _ in range(20):
            if not self.take(self.connection.call('GroupHeartbeat', **self.body())):
                return
        raise AssertionError('the broker tells the assignment again and again')

    def wait(self, max_wait_ms=WAIT_MS):
        """The next heartbeat: it comes back when there is news."""
        self.waiting = self.connection.send('GroupHeartbeat', **self.body(maxWaitMs=max_wait_ms))

    def hear(self):
        moved = self.take(self.connection.wait(self.waiting))
        if moved:
            self.report()
        return moved

    def commit(self, *offsets):
        body = {'group': self.group, 'memberId': self.id, 'memberEpoch': self.epoch, 'offsets': list(offsets)}
        return [item['errorCode'] for item in self.connection.call('OffsetCommit', **body)['results']]

    def partitions(self):
        return sorted(partition for held in self.owned.values() for partition in held)


def settle(waiter, newcomer):
    """The newcomer's wait is over when the other member has reported what it gave up."""
    newcomer.wait()
    for _ in range(10):
        if waiter.hear():
            break
        waiter.wait()
    newcomer.hear()


def two_members(connect):
    with connect() as first_line, connect() as second_line:
        name, topic_id = topic(first_line, PARTITIONS)
        group = name_of('group')
        first, second = (Member(line, group, [name]) for line in (first_line, second_line))
        first.join()
        equal(first.partitions(), [0, 1, 2, 3])
        first.wait()
        require(not first_line.has_answer(first.waiting, 0.1), 'nothing is new')
        equal(first.commit(place(topic_id, 0, offset=0)), [0], 'beside a heartbeat that waits')
        second.join()
        equal(second.partitions(), [], 'nobody else is given what the first still works on')
        settle(first, second)
        equal((len(first.partitions()), len(second.partitions())), (2, 2))
        equal(sorted(first.partitions() + second.partitions()), [0, 1, 2, 3])
        commits(first, second, topic_id)
        equal(first_line.call('DescribeGroup', group=group)['state'], 'stable')
        first.wait()
        second_line.call('GroupLeave', group=group, memberId=second.id, memberEpoch=second.epoch)
        require(first.hear(), 'there is news')
        equal(first.partitions(), [0, 1, 2, 3], 'all again, at once')
        refused('UNKNOWN_MEMBER', second.report)
        first.connection = second_line
        first.report()
        equal(first.partitions(), [0, 1, 2, 3], 'a membership is of no connection')
        epoch, first.epoch = first.epoch, first.epoch + 9
        refused('FENCED_MEMBER_EPOCH', first.report)
        refused('FENCED_MEMBER_EPOCH', lambda: first.commit(place(topic_id, 0, offset=1)))
        first.epoch = epoch
        refused('GROUP_NOT_EMPTY', lambda: first_line.call('DeleteGroup', group=group))
        first_line.call('GroupLeave', group=group, memberId=first.id, memberEpoch=first.epoch)
        first_line.call('DeleteGroup', group=group)


def commits(first, second, topic_id):
    mine, others = first.partitions()[0], second.partitions()[0]
    append(first.connection, topic_id, records(b'1', b'2', b'3'), mine)
    codes = first.commit(place(topic_id, mine, offset=2, metadata='note'), place(topic_id, others, offset=0))
    equal(codes, [0, ERRORS['PARTITION_NOT_ASSIGNED']], 'each partition by itself')
    asked = [place(topic_id, mine), place(topic_id, others)]
    answer = second.connection.call('OffsetFetch', group=first.group, partitions=asked)['offsets']
    found = [(item['partition'], item['offset'], item['metadata']) for item in answer]
    equal(found, [(mine, 2, 'note'), (others, -1 if others != 0 else 0, None)])
    rest = fetch(second.connection, topic_id, 2, mine)
    equal([value for value in values(fetched(rest))][-1:], [b'3'], 'from the committed offset on')


def news(connect):
    """A report does not wait for the heartbeat that waits: that one is cancelled."""
    with connect() as connection:
        name, _ = topic(connection)
        member = Member(connection, name_of('group'), [name])
        member.join()
        member.wait()
        require(not connection.has_answer(member.waiting, 0.05), 'it waits')
        connection.call('Cancel', target=member.waiting)
        refused('CANCELLED', lambda: connection.wait(member.waiting))
        member.report()
        equal(member.partitions(), [0])
        member.wait()
        connection.call('AlterTopic', name=name, partitions=3)
        require(member.hear(), 'partitions that were added are news')
        equal(member.partitions(), [0, 1, 2])
        wrong = member.body(memberEpoch=0, owned=None, topicPattern='(', memberId='other')
        refused('INVALID_PATTERN', lambda: connection.call('GroupHeartbeat', **wrong))
        share = name_of('share')
        connection.call('CreateShareGroup', group=share, topics=[name])
        refused('GROUP_KIND_MISMATCH', lambda: connection.call(
            'GroupHeartbeat', **{**member.body(topics=[name], owned=None), 'group': share, 'memberEpoch': 0}))


def waiting(connect):
    """How long a heartbeat waits, and what ends it: a topic that comes, the member's own leaving."""
    with connect() as connection:
        name = name_of('later')
        member = Member(connection, name_of('group'), [name], session_ms=6_000)
        member.join()
        equal(member.partitions(), [], 'the topic is not there yet')
        began = time.monotonic()
        member.wait(max_wait_ms=60_000)
        require(not member.hear(), 'nothing is new')
        require(1.5 < time.monotonic() - began < 6, 'a third of the session timeout')
        member.wait()
        connection.call('CreateTopic', name=name, partitions=2)
        require(member.hear(), 'there it is')
        equal(member.partitions(), [0, 1])
        member.wait()
        connection.call('GroupLeave', group=member.group, memberId=member.id, memberEpoch=member.epoch)
        refused('UNKNOWN_MEMBER', member.hear)
        early = member.body(topics=[name], memberEpoch=0)
        refused('INVALID_REQUEST', lambda: connection.call('GroupHeartbeat', **early))


SCENARIOS = {'two members': two_members, 'news': news, 'heartbeats that wait': waiting}
