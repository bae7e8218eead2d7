# The kinds of fields of docs/protocol.md (section 3): each checks a value as it is written and as it is read.
# A path such as `items[3].token` names the field at fault.
import math
from dataclasses import dataclass, field as member


class Refused(Exception):
    """What a peer sent, or what it is to be sent, breaks a rule; `code` is the name of the error."""

    def __init__(self, code, field=None, text=''):
        super().__init__(f'{code} {field or ""} {text}'.strip())
        self.code = code
        self.field = field


def require(fits, path, text):
    if not fits:
        raise Refused('INVALID_REQUEST', path, text)


@dataclass(frozen=True)
class Int:
    low: int
    high: int

    def write(self, value, path):
        fits = type(value) is int and self.low <= value <= self.high
        require(fits, path, f'{value!r} is no int from {self.low} to {self.high}')
        return value

    def read(self, value, path, _fill):
        return self.write(value, path)


@dataclass(frozen=True)
class Float:
    low: float
    high: float

    def write(self, value, path):
        fits = type(value) in (int, float) and math.isfinite(value)
        require(fits and self.low <= value <= self.high, path, f'{value!r} is out of range')
        return value

    def read(self, value, path, _fill):
        return self.write(value, path)


@dataclass(frozen=True)
class Bool:
    def write(self, value, path):
        require(type(value) is bool, path, f'{value!r} is no bool')
        return value

    def read(self, value, path, _fill):
        return self.write(value, path)


@dataclass(frozen=True)
class Text:
    bytes_max: int

    def write(self, value, path):
        fits = type(value) is str and len(value.encode('utf-8')) <= self.bytes_max
        require(fits, path, f'no string of at most {self.bytes_max} bytes')
        return value

    def read(self, value, path, _fill):
        return self.write(value, path)


@dataclass(frozen=True)
class Bytes:
    bytes_max: int

    def write(self, value, path):
        fits = type(value) is bytes and len(value) <= self.bytes_max
        require(fits, path, f'no bytes, or more than {self.bytes_max}')
        return value

    def read(self, value, path, _fill):
        return self.write(value, path)


@dataclass(frozen=True)
class Choice:
    words: tuple

    def write(self, value, path):
        require(value in self.words, path, f'{value!r} is none of {self.words}')
        return self.words.index(value)

    def read(self, value, path, _fill):
        require(type(value) is int and 0 <= value < len(self.words), path, f'no word {value!r}')
        return self.words[value]


@dataclass(frozen=True)
class Array:
    item: object
    items_max: int

    def check(self, value, path):
        fits = type(value) is list and len(value) <= self.items_max
        require(fits, path, f'no array of at most {self.items_max}')

    def write(self, value, path):
        self.check(value, path)
        return [self.item.write(item, f'{path}[{at}]') for at, item in enumerate(value)]

    def read(self, value, path, fill):
        self.check(value, path)
        return [self.item.read(item, f'{path}[{at}]', fill) for at, item in enumerate(value)]


@dataclass(frozen=True)
class Map:
    item: object
    entries_max: int

    def check(self, value, path):
        fits = type(value) is dict and len(value) <= self.entries_max
        require(fits, path, f'no map of at most {self.entries_max}')
        for key in value:
            fits = type(key) is str and len(key.encode('utf-8')) <= 255 and key != '__proto__'
            require(fits, path, f'key {key!r}')

    def write(self, value, path):
        self.check(value, path)
        return {key: self.item.write(item, f'{path}[{key}]') for key, item in value.items()}

    def read(self, value, path, fill):
        self.check(value, path)
        return {key: self.item.read(item, f'{path}[{key}]', fill) for key, item in value.items()}


@dataclass(frozen=True)
class Field:
    name: str
    kind: object
    is_optional: bool
    default: object


@dataclass
class Struct:
    fields: list = member(default_factory=list)

    def write(self, value, path=''):
        """Every field, also absent ones at the end: as nil."""
        unknown = set(value) - {field.name for field in self.fields}
        require(not unknown, path, f'no fields {sorted(unknown)}')
        written = []
        for field in self.fields:
            inner = f'{path}.{field.name}' if path else field.name
            item = value.get(field.name)
            require(item is not None or field.is_optional, inner, 'is missing')
            written.append(None if item is None else field.kind.write(item, inner))
        return written

    def read(self, value, path='', fill=True):
        """With `fill` absent fields get the default of the table; what follows the last known one is ignored."""
        require(type(value) is list, path, 'no array of fields')
        found = {}
        for at, field in enumerate(self.fields):
            inner = f'{path}.{field.name}' if path else field.name
            item = value[at] if at < len(value) else None
            if item is not None:
                found[field.name] = field.kind.read(item, inner, fill)
                continue
            require(field.is_optional, inner, 'is missing')
            found[field.name] = field.default if fill else None
        return found


def has_float(kind):
    if isinstance(kind, Struct):
        return any(has_float(field.kind) for field in kind.fields)
    if isinstance(kind, (Array, Map)):
        return has_float(kind.item)
    return isinstance(kind, Float)
