# A connection to a broker: requests may wait side by side, answers are matched by correlation id.
# Sections 3 to 5 of docs/protocol.md. One thread: answers are read while somebody waits for one.
import socket
import time

from . import frame
from .kinds import Refused
from .reference import APIS

READ_BYTES = 65_536
CODECS = ['none', 'gzip', 'lz4', 'snappy']


class ConnectionEnded(Exception):
    """The broker closed the connection; `error` is what it said about it, if it did."""

    def __init__(self, error):
        super().__init__(str(error or 'the connection ended'))
        self.error = error


class Connection:
    def __init__(self, host, port, timeout_s=10):
        self.socket = socket.create_connection((host, port), timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout_s = timeout_s
        self.reader = frame.FrameReader()
        self.next_id = 1
        self.waiting = {}
        self.answers = {}
        self.limits = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def hello(self, mechanism=None, credentials=None):
        """Agrees on versions and learns limits; an API that both sides do not speak cannot be used."""
        ranges = [{'key': api.key, 'versionMin': 1, 'versionMax': api.version} for api in APIS.values()]
        told = self.call(
            'Hello', clientName='millrace-python', clientVersion='1', apis=ranges, codecs=CODECS,
            mechanism=mechanism, credentials=credentials,
        )
        self.limits = told['limits']
        spoken = {api['key']: (api['versionMin'], api['versionMax']) for api in told['apis']}
        for api in APIS.values():
            low, high = spoken.get(api.key, (1, 0))
            if not low <= api.version <= high:
                raise Refused('UNSUPPORTED_VERSION', None, api.name)
        return told

    def send(self, api, /, **body):
        """Sends without waiting; the answer is that of the id returned."""
        correlation_id = self.next_id
        self.next_id = correlation_id % 0xFFFFFFFF + 1
        data = frame.request(api, correlation_id, body)
        self.waiting[correlation_id] = api
        self.socket.sendall(data)
        return correlation_id

    def send_bytes(self, data):
        self.socket.sendall(data)

    def wait(self, correlation_id):
        """The answer's body, or BrokerError."""
        while correlation_id not in self.answers:
            self.read_some()
        api = self.waiting.pop(correlation_id)
        return frame.read_response(api, *self.answers.pop(correlation_id))

    def call(self, api, /, **body):
        return self.wait(self.send(api, **body))

    def has_answer(self, correlation_id, within_s):
        """Whether the answer came; waits for it no longer than told."""
        end = time.monotonic() + within_s
        while correlation_id not in self.answers and (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                self.read_some()
            except TimeoutError:
                break
            finally:
                self.socket.settimeout(self.timeout_s)
        return correlation_id in self.answers

    def read_some(self):
        data = self.socket.recv(READ_BYTES)
        if data == b'':
            raise ConnectionEnded(None)
        for payload in self.reader.feed(data):
            correlation_id, error_code, fields = frame.read_header(payload)
            if correlation_id == 0:
                raise ConnectionEnded(self.error_of(error_code, fields))
            self.answers[correlation_id] = (error_code, fields)
        if self.reader.error:
            raise Refused(self.reader.error)

    @staticmethod
    def error_of(error_code, fields):
        return frame.BrokerError(error_code, *fields[:4])

    def ending(self):
        """The error that the broker ends the connection with: reads until it does."""
        error = None
        try:
            while True:
                self.read_some()
        except ConnectionEnded as ended:
            error = ended.error
        if error is not None and self.socket.recv(1) != b'':
            raise AssertionError('frames after the last one')
        return error
