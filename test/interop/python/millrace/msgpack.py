# The part of MessagePack that docs/protocol.md (section 2) allows: nil, bool, int, float, str, bin, array, map.
# Bytes in, values out; it knows neither frames nor messages.
import struct

INT_MAX = 2**53 - 1
DEPTH_MAX = 16
REQUEST_VALUES_MAX = 600_000
RESPONSE_VALUES_MAX = 2_000_000
MAP_VALUES = 16


class Malformed(Exception):
    """The bytes are not exactly one value of the allowed part."""


class Pairs(list):
    """A map with a key that is no str: allowed where nobody looks, in fields that a reader does not know."""


# Tag: (what it is, format of its number or length).
FIXED = {
    0xC4: ('bin', '>B'), 0xC5: ('bin', '>H'), 0xC6: ('bin', '>I'),
    0xCA: ('float', '>f'), 0xCB: ('float', '>d'),
    0xCC: ('int', '>B'), 0xCD: ('int', '>H'), 0xCE: ('int', '>I'), 0xCF: ('int', '>Q'),
    0xD0: ('int', '>b'), 0xD1: ('int', '>h'), 0xD2: ('int', '>i'), 0xD3: ('int', '>q'),
    0xD9: ('str', '>B'), 0xDA: ('str', '>H'), 0xDB: ('str', '>I'),
    0xDC: ('array', '>H'), 0xDD: ('array', '>I'),
    0xDE: ('map', '>H'), 0xDF: ('map', '>I'),
}


class Reader:
    def __init__(self, data, values_max):
        self.data = bytes(data)
        self.at = 0
        self.values_left = values_max

    def take(self, count):
        end = self.at + count
        if end > len(self.data):
            raise Malformed('it ends too early')
        part = self.data[self.at:end]
        self.at = end
        return part

    def count(self, values):
        self.values_left -= values
        if self.values_left < 0:
            raise Malformed('too many values')

    def value(self, depth=0):
        self.count(1)
        tag = self.take(1)[0]
        if tag <= 0x7F:
            return tag
        if tag >= 0xE0:
            return tag - 0x100
        if tag <= 0x8F:
            return self.map(tag & 0x0F, depth + 1)
        if tag <= 0x9F:
            return self.array(tag & 0x0F, depth + 1)
        if tag <= 0xBF:
            return self.str(tag & 0x1F)
        if tag == 0xC0:
            return None
        if tag in (0xC2, 0xC3):
            return tag == 0xC3
        if tag not in FIXED:
            raise Malformed(f'tag {tag:02x}')
        kind, form = FIXED[tag]
        (number,) = struct.unpack(form, self.take(struct.calcsize(form)))
        if kind in ('int', 'float'):
            return number
        if kind == 'bin':
            return self.take(number)
        if kind == 'str':
            return self.str(number)
        return self.array(number, depth + 1) if kind == 'array' else self.map(number, depth + 1)

    def str(self, length):
        try:
            return self.take(length).decode('utf-8')
        except UnicodeDecodeError:
            raise Malformed('a str that is not UTF-8') from None

    def announce(self, count, depth):
        if depth > DEPTH_MAX:
            raise Malformed('nested too deep')
        if count > len(self.data) - self.at:
            raise Malformed('more elements than bytes')

    def array(self, count, depth):
        self.announce(count, depth)
        return [self.value(depth) for _ in range(count)]

    def map(self, count, depth):
        self.announce(count, depth)
        self.count(MAP_VALUES)
        pairs = Pairs((self.value(depth), self.value(depth)) for _ in range(count))
        return dict(pairs) if all(isinstance(key, str) for key, _ in pairs) else pairs


def decode(data, values_max=RESPONSE_VALUES_MAX):
    reader = Reader(data, values_max)
    value = reader.value()
    if reader.at != len(reader.data):
        raise Malformed('bytes after the value')
    return value


def number(value):
    if -32 <= value < 0:
        return struct.pack('>b', value)
    if 0 <= value <= 0x7F:
        return struct.pack('>B', value)
    wide = [(0xCC, 8), (0xCD, 16), (0xCE, 32)] if value >= 0 else []
    for tag, bits in wide:
        if value < 2**bits:
            return bytes([tag]) + value.to_bytes(bits // 8, 'big')
    for tag, bits in [(0xD0, 8), (0xD1, 16), (0xD2, 32)] if value < 0 else []:
        if value >= -(2 ** (bits - 1)):
            return bytes([tag]) + value.to_bytes(bits // 8, 'big', signed=True)
    return bytes([0xD3]) + value.to_bytes(8, 'big', signed=True)


def header(length, short, short_max, wide):
    """The tag and length of a str, bin, array or map; `wide` holds (tag, bytes of the length)."""
    if length <= short_max:
        return bytes([short | length])
    for tag, size in wide:
        if length < 2 ** (8 * size):
            return bytes([tag]) + length.to_bytes(size, 'big')
    raise ValueError(f'a length of {length}')


def encode(value):
    if value is None:
        return b'\xc0'
    if isinstance(value, bool):
        return b'\xc3' if value else b'\xc2'
    if isinstance(value, int):
        return number(value)
    if isinstance(value, float):
        return struct.pack('>Bd', 0xCB, value)
    if isinstance(value, str):
        text = value.encode('utf-8')
        return header(len(text), 0xA0, 31, [(0xD9, 1), (0xDA, 2), (0xDB, 4)]) + text
    if isinstance(value, (bytes, bytearray)):
        return header(len(value), 0, -1, [(0xC4, 1), (0xC5, 2), (0xC6, 4)]) + bytes(value)
    if isinstance(value, (list, tuple)):
        head = header(len(value), 0x90, 15, [(0xDC, 2), (0xDD, 4)])
        return head + b''.join(encode(item) for item in value)
    if isinstance(value, dict):
        head = header(len(value), 0x80, 15, [(0xDE, 2), (0xDF, 4)])
        return head + b''.join(encode(key) + encode(item) for key, item in value.items())
    raise TypeError(f'{type(value)} has no place in a message')
