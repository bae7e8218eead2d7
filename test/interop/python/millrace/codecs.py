# Codecs of batches that need nothing but the standard library: gzip by zlib, lz4 blocks and raw snappy by hand.
# Each reads exactly the number of bytes the batch announces, or refuses it.
import zlib

NAMES = ['none', 'gzip', 'brotli', 'zstd', 'lz4', 'snappy']
NONE, GZIP, BROTLI, ZSTD, LZ4, SNAPPY = range(6)
GZIP_WINDOW = 31


class BadBody(Exception):
    """The body is not the compressed form of so many bytes."""


def pack_gzip(data):
    packer = zlib.compressobj(wbits=GZIP_WINDOW)
    return packer.compress(data) + packer.flush()


def unpack_gzip(data, size):
    found = b''
    while data:
        unpacker = zlib.decompressobj(wbits=GZIP_WINDOW)
        try:
            found += unpacker.decompress(data, size - len(found) + 1)
        except zlib.error as fault:
            raise BadBody(str(fault)) from None
        if len(found) > size or not unpacker.eof:
            raise BadBody('gzip of another size, or cut short')
        data = unpacker.unused_data
    return found


def copy_back(found, distance, length, size):
    if distance == 0 or distance > len(found) or len(found) + length > size:
        raise BadBody('a match beyond the bytes')
    for _ in range(length):
        found.append(found[-distance])


class Cursor:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, count):
        part = self.data[self.at:self.at + count]
        if len(part) != count:
            raise BadBody('it ends too early')
        self.at += count
        return part

    def number(self, count):
        return int.from_bytes(self.take(count), 'little')

    def is_done(self):
        return self.at == len(self.data)


def long_length(cursor, length):
    if length == 15:
        while True:
            more = cursor.number(1)
            length += more
            if more != 255:
                break
    return length


def unpack_lz4(data, size):
    cursor, found = Cursor(data), bytearray()
    while True:
        token = cursor.number(1)
        found += cursor.take(long_length(cursor, token >> 4))
        if len(found) > size:
            raise BadBody('more bytes than announced')
        if cursor.is_done():
            return bytes(found)
        distance = cursor.number(2)
        copy_back(found, distance, 4 + long_length(cursor, token & 15), size)


def varint(cursor):
    value = shift = 0
    while True:
        byte = cursor.number(1)
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value


def unpack_snappy(data, size):
    cursor, found = Cursor(data), bytearray()
    if varint(cursor) != size:
        raise BadBody('announces another size')
    while not cursor.is_done():
        tag = cursor.number(1)
        upper = tag >> 2
        if tag & 3 == 0:
            found += cursor.take((upper if upper < 60 else cursor.number(upper - 59)) + 1)
            if len(found) > size:
                raise BadBody('more bytes than announced')
        elif tag & 3 == 1:
            copy_back(found, (tag >> 5) << 8 | cursor.number(1), 4 + (upper & 7), size)
        else:
            copy_back(found, cursor.number(2 if tag & 3 == 2 else 4), 1 + upper, size)
    return bytes(found)


UNPACK = {NONE: lambda data, _size: data, GZIP: unpack_gzip, LZ4: unpack_lz4, SNAPPY: unpack_snappy}


def unpack(codec, data, size):
    found = UNPACK[codec](data, size)
    if len(found) != size:
        raise BadBody(f'{len(found)} bytes instead of {size}')
    return found
