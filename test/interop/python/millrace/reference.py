# Reads docs/reference/protocol.md and errors.md: the tables of fields, limits and errors become the coder's own tables.
# So the reference has to be whole: nothing about any request is written down a second time here.
import json
import re
from dataclasses import dataclass
from pathlib import Path

from .kinds import Array, Bool, Bytes, Choice, Field, Float, Int, Map, Struct, Text

ROOT = Path(__file__).resolve().parents[4]
ROW = re.compile(r'^\| (.*) \|$')


@dataclass(frozen=True)
class Api:
    name: str
    key: int
    version: int
    request: Struct
    response: Struct


def limit(text):
    """A number as the reference writes it: `4,096`, `-1`, `2^53-1`."""
    power = re.fullmatch(r'2\^(\d+)-1', text)
    return 2 ** int(power[1]) - 1 if power else int(text.replace(',', ''))


def kind_of(text):
    number = r'-?\d[\d,]*|2\^\d+-1'
    if text == 'bool':
        return Bool()
    if text == 'struct':
        return Struct()
    if found := re.fullmatch(rf'(int|float), ({number}) to ({number})', text):
        return (Int if found[1] == 'int' else Float)(limit(found[2]), limit(found[3]))
    if found := re.fullmatch(rf'(string|bytes), at most ({number}) bytes', text):
        return (Text if found[1] == 'string' else Bytes)(limit(found[2]))
    if found := re.fullmatch(rf'array of (?:(struct)|\((.*)\)), at most ({number})', text):
        return Array(kind_of(found[1] or found[2]), limit(found[3]))
    if found := re.fullmatch(rf'map of string to (?:(struct)|\((.*)\)), at most ({number})', text):
        return Map(kind_of(found[1] or found[2]), limit(found[3]))
    if re.fullmatch(r'\d+ `[^`]+`(, \d+ `[^`]+`)*', text):
        words = re.findall(r'(\d+) `([^`]+)`', text)
        if [int(at) for at, _ in words] != list(range(len(words))):
            raise ValueError(f'words out of order: {text}')
        return Choice(tuple(word for _, word in words))
    raise ValueError(f'no kind of field: {text}')


def cells(line):
    row = ROW.match(line)
    return [cell.strip() for cell in row[1].split(' | ')] if row else None


def add_field(root, line):
    """A row such as `items[].token` is a field of the struct that an earlier row, `items`, announced."""
    path, kind, absent = cells(line.replace('|  |', '| - |'))[:3]
    *parents, name = path.strip('`').split('.')
    struct = root
    for parent in parents:
        bare = re.sub(r'(\[\]|\{\})+$', '', parent)
        struct = next(field.kind for field in struct.fields if field.name == bare)
        while not isinstance(struct, Struct):
            struct = struct.item
    default = json.loads(absent.strip('`')) if absent.startswith('`') else None
    struct.fields.append(Field(name, kind_of(kind), absent != '-', default))


def message(section, title):
    struct = Struct()
    lines = section.split(f'\n{title}:\n')[1].split('\nResponse:\n')[0].splitlines()
    for line in lines:
        if line.startswith('| `'):
            add_field(struct, line)
    if not struct.fields and 'No fields.' not in lines:
        raise ValueError(f'neither fields nor a word that there are none: {section[:40]}')
    return struct


def load_apis():
    text = (ROOT / 'docs/reference/protocol.md').read_text('utf-8')
    apis = {}
    for section in re.split(r'^## ', text, flags=re.M)[1:]:
        known = re.search(r'^Key (\d+), version (\d+)\.', section, flags=re.M)
        if known:
            name = section.splitlines()[0]
            request, response = message(section, 'Request'), message(section, 'Response')
            apis[name] = Api(name, int(known[1]), int(known[2]), request, response)
    return apis


def load_limits():
    text = (ROOT / 'docs/reference/protocol.md').read_text('utf-8').split('\n## Limits\n')[1]
    rows = re.findall(r'^\| `(\w+)` \| ([\d,]+) \|$', text, flags=re.M)
    return {name: limit(value) for name, value in rows}


def load_errors():
    text = (ROOT / 'docs/reference/errors.md').read_text('utf-8')
    return {name: int(number) for number, name in re.findall(r'^\| (\d+) \| `(\w+)`', text, flags=re.M)}


APIS = load_apis()
LIMITS = load_limits()
ERRORS = load_errors()
API_OF_KEY = {api.key: api for api in APIS.values()}
ERROR_NAMES = {number: name for name, number in ERRORS.items()}
