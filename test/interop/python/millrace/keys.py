# What is computed from keys and ids: the partition of a key, what a batch keeps of a dedup id, message ids, receipts.
# Sections 6, 7, 11 and 12 of docs/protocol.md.
import hashlib
import re

WORD = 0xFFFFFFFF
FACTOR = 0x5BD1E995


def murmur2(key):
    length = len(key)
    h = 0x9747B28C ^ length
    whole = length - length % 4
    for at in range(0, whole, 4):
        k = int.from_bytes(key[at:at + 4], 'little') * FACTOR & WORD
        k = (k ^ (k >> 24)) * FACTOR & WORD
        h = (h * FACTOR & WORD) ^ k
    rest = key[whole:]
    if rest:
        h = (h ^ int.from_bytes(rest, 'little')) * FACTOR & WORD
    h = (h ^ (h >> 13)) * FACTOR & WORD
    return h ^ (h >> 15)


def partition_of(key, partitions):
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def dedup_hash(text):
    return hashlib.sha256(text.encode('utf-8')).digest()[:16]


def message_id(topic_id, partition, offset):
    upper, lower = offset >> 48, offset & (2**48 - 1)
    return f'{topic_id:08x}-{partition:04x}-8000-80{upper:02x}-{lower:012x}'


def read_message_id(text):
    parts = re.fullmatch(r'([0-9a-f]{8})-([0-9a-f]{4})-8000-80([0-9a-f]{2})-([0-9a-f]{12})', text)
    topic_id, partition, upper, lower = (int(part, 16) for part in parts.groups())
    return topic_id, partition, upper << 48 | lower


def receipt(topic_id, partition, group_id, first_offset, last_offset, token):
    group = '-' if group_id is None else group_id
    return f'r1.{topic_id}.{partition}.{group}.{first_offset}.{last_offset}.{token}'


def read_receipt(text):
    parts = re.fullmatch(r'r1\.(\d+)\.(\d+)\.(\d+|-)\.(\d+)\.(\d+)\.(\d+)', text).groups()
    return [None if part == '-' else int(part) for part in parts]
