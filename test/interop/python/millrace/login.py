# Logging in: section 4 of docs/protocol.md. SCRAM-SHA-256 as bytes in and bytes out; no socket in it.
import base64
import hashlib
import hmac
import secrets
import stringprep
import unicodedata

ROUNDS_MIN, ROUNDS_MAX = 4_096, 1_000_000


class LoginRefused(Exception):
    """What the other side said is not what a broker says that knows the password's verifier."""


def require(fact, what):
    if not fact:
        raise LoginRefused(what)


def prepared(password):
    """SASLprep (RFC 4013), as far as the document asks for it."""
    spaced = ''.join(' ' if stringprep.in_table_c12(sign) else sign for sign in password)
    kept = ''.join(sign for sign in spaced if not stringprep.in_table_b1(sign))
    text = unicodedata.ucd_3_2_0.normalize('NFKC', kept)
    if any(stringprep.in_table_c21_c22(sign) for sign in text):
        raise ValueError('a control character in a password')
    return text.encode('utf-8')


def mac(key, text):
    return hmac.new(key, text.encode('utf-8'), hashlib.sha256).digest()


def salted_of(password, salt, rounds):
    return hashlib.pbkdf2_hmac('sha256', prepared(password), salt, rounds, 32)


def keys_of(salted):
    """Client key, stored key and server key."""
    client_key = mac(salted, 'Client Key')
    return client_key, hashlib.sha256(client_key).digest(), mac(salted, 'Server Key')


def verifier(password, salt=None, rounds=65_536):
    """What `CreateUser` and `AlterUser` take: never the password."""
    salt = salt or secrets.token_bytes(16)
    _, stored_key, server_key = keys_of(salted_of(password, salt, rounds))
    return {'salt': salt, 'iterations': rounds, 'storedKey': stored_key, 'serverKey': server_key}


def attributes(text):
    """`r=…,s=…,i=…` by name; each once."""
    parts = [part.partition('=') for part in text.split(',')]
    found = {name: value for name, _, value in parts}
    require(len(found) == len(parts), f'an attribute twice in {text!r}')
    return found


class Scram:
    """One login: `first`, then `final` of what came, then `check` of what came then."""

    def __init__(self, user, password, nonce=None, header='n,,'):
        self.password = password
        self.header = header
        self.nonce = nonce or base64.b64encode(secrets.token_bytes(18)).decode('ascii')
        name = user.replace('=', '=3D').replace(',', '=2C')
        self.bare = f'n={name},r={self.nonce}'
        self.signature = None

    def first(self):
        return (self.header + self.bare).encode('utf-8')

    def final(self, server_first):
        told = server_first.decode('utf-8')
        found = attributes(told)
        nonce, rounds = found.get('r', ''), found.get('i', '')
        require(nonce.startswith(self.nonce) and nonce != self.nonce, 'the nonce is not an answer to this one')
        require(rounds.isascii() and rounds.isdigit(), f'no rounds: {rounds!r}')
        require(ROUNDS_MIN <= int(rounds) <= ROUNDS_MAX, f'{rounds} rounds')
        salt = base64.b64decode(found.get('s', ''), validate=True)
        client_key, stored_key, server_key = keys_of(salted_of(self.password, salt, int(rounds)))
        channel = base64.b64encode(self.header.encode('ascii')).decode('ascii')
        without_proof = f'c={channel},r={nonce}'
        auth = f'{self.bare},{told},{without_proof}'
        self.signature = mac(server_key, auth)
        proof = bytes(a ^ b for a, b in zip(client_key, mac(stored_key, auth)))
        return f'{without_proof},p={base64.b64encode(proof).decode("ascii")}'.encode('utf-8')

    def check(self, server_final):
        require(self.signature is not None, 'the broker has not been answered yet')
        found = attributes((server_final or b'').decode('utf-8')).get('v', '')
        wanted = base64.b64encode(self.signature).decode('ascii')
        require(hmac.compare_digest(found.encode('utf-8'), wanted.encode('ascii')), 'the signature is wrong')
