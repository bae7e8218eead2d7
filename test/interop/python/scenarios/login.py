# Logging in to a broker that asks who its clients are: section 4 of docs/protocol.md, and users and tokens made over the protocol.
# `connect` opens connections that have said nothing; `connect.token` is the administrator's.
from millrace.frame import BrokerError
from millrace.login import LoginRefused, Scram, verifier

from .support import append, equal, fetch, fetched, name_of, now_ms, records, refused, require, topic, until, values

PASSWORD = 'pencil, = and p\u00e4per'


def administrator(connect):
    connection = connect()
    told = connection.hello('TOKEN', connect.token.encode('utf-8'))
    equal((told['user'], told['challenge']), ('admin', None))
    return connection


def user_of(admin):
    name = name_of('user')
    admin.call('CreateUser', user=name, password=verifier(PASSWORD), superuser=True)
    return name


def scram(connection, user, password=PASSWORD, **more):
    """The whole of it; what the broker says at the end is believed only where its signature is right."""
    login = Scram(user, password, **more)
    told = connection.hello('SCRAM-SHA-256', login.first())
    equal(told['user'], None, 'nobody yet')
    answer = connection.call('Authenticate', credentials=login.final(told['challenge']))
    login.check(answer['challenge'])
    return answer['user']


def closed(connection):
    equal(connection.ending(), None, 'the answer was all')


def rfc_example(_connect):
    """The exchange of the document, and what is not one."""
    first = b'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'
    final = b'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='
    login = Scram('user', 'pencil', 'rOprNGfwEbeRWgbNEkqO')
    equal(login.first(), b'n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
    equal(Scram('a,b=c', '', 'x').first(), b'n,,n=a=2Cb=3Dc,r=x', 'signs of its own')
    proof = b'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='
    equal(login.final(first), b'c=biws,' + first.split(b',')[0] + b',p=' + proof)
    login.check(final)
    for wrong in (final.replace(b'6', b'7', 1), b'v=', b'e=other-error', b'', None):
        refused_here(lambda: login.check(wrong))
    for wrong in (
        first.replace(b'r=r', b'r=x'), b'r=rOprNGfwEbeRWgbNEkqO,s=QQ==,i=4096',
        first.replace(b'4096', b'4095'), first.replace(b'4096', b'1000001'), first.replace(b'4096', b'-4096'),
    ):
        refused_here(lambda: login.final(wrong))


def refused_here(action):
    try:
        action()
    except LoginRefused:
        return
    raise AssertionError('a broker is believed that has shown nothing')


def anonymous(connect):
    with connect() as connection:
        error = refused('AUTHENTICATION_REQUIRED', connection.hello)
        equal(error.field, 'mechanism')
        require({'TOKEN', 'SCRAM-SHA-256'} <= set(error.limit.split(', ')), error.limit)
        closed(connection)
    with connect() as connection:
        error = refused('INVALID_REQUEST', lambda: connection.hello('PLAIN', b'\0ada\0secret'))
        equal(error.field, 'mechanism')
        equal(connection.hello('TOKEN', connect.token.encode('utf-8'))['user'], 'admin', 'another one may be tried')
    with connect() as connection:
        connection.hello('SCRAM-SHA-256', Scram('ada', PASSWORD).first())
        refused('AUTHENTICATION_REQUIRED', lambda: connection.call('Metadata'))
        closed(connection)


def password(connect):
    """Right: works like any connection. Wrong, or of nobody: the same answer, and no more."""
    with administrator(connect) as admin:
        user = user_of(admin)
        with connect() as connection:
            equal(scram(connection, user), user)
            _, topic_id = topic(connection)
            append(connection, topic_id, records(b'by ada'))
            equal(values(fetched(fetch(connection, topic_id))), [b'by ada'])
        errors = []
        for name, secret in [(user, 'another'), (name_of('nobody'), PASSWORD)]:
            with connect() as connection:
                error = refused('AUTHENTICATION_FAILED', lambda: scram(connection, name, secret))
                errors.append((error.number, error.message, error.field, error.limit))
                closed(connection)
        equal(errors[0], errors[1], 'they cannot be told apart')
        with connect() as connection:
            equal(scram(connection, user), user, 'after failures of others')


def server_signature(connect):
    """A broker that has another verifier than that of the password is not believed, whatever it says."""
    with administrator(connect) as admin:
        user = name_of('user')
        kept = verifier(PASSWORD)
        wrong = bytes([kept['serverKey'][0] ^ 1]) + kept['serverKey'][1:]
        admin.call('CreateUser', user=user, password={**kept, 'serverKey': wrong})
        with connect() as connection:
            refused_here(lambda: scram(connection, user))


def channel_binding(connect):
    """There is none: what claims or asks for it is refused, and a header that was changed on its way."""
    with administrator(connect) as admin:
        user = user_of(admin)
        with connect() as connection:
            equal(scram(connection, user, header='y,,'), user)
        with connect() as connection:
            login = Scram(user, PASSWORD, header='p=tls-exporter,,')
            error = refused('INVALID_REQUEST', lambda: connection.hello('SCRAM-SHA-256', login.first()))
            equal(error.field, 'credentials')
            equal(scram(connection, user), user, 'without it, on the same connection')
        with connect() as connection:
            login = Scram(user, PASSWORD)
            told = connection.hello('SCRAM-SHA-256', login.first())
            login.header = 'y,,'
            final = login.final(told['challenge'])
            error = refused('INVALID_REQUEST', lambda: connection.call('Authenticate', credentials=final))
            equal(error.field, 'credentials')
            closed(connection)


def token_of(admin, user, **more):
    made = admin.call('CreateToken', user=user, label='python', **more)
    require(made['token'].startswith(f"mr_{made['tokenId']}_"), 'mr_, its id, _')
    equal(len(made['token']), len(f"mr_{made['tokenId']}_") + 43, 'and 43 characters')
    return made


def token(connect):
    with administrator(connect) as admin:
        user = user_of(admin)
        made = token_of(admin, user)
        shown = made['token'].encode('utf-8')
        with connect() as connection:
            equal(connection.hello('TOKEN', shown)['user'], user)
            topic(connection)
            equal(admin.call('RevokeToken', tokenId=made['tokenId'])['user'], user)
            equal(connection.ending().code, 'AUTHENTICATION_FAILED', 'what it stands on is gone')
        for wrong in (shown, shown[:-1] + bytes([shown[-1] ^ 1]), b'mr_0_' + b'A' * 43):
            with connect() as connection:
                refused('AUTHENTICATION_FAILED', lambda: connection.hello('TOKEN', wrong))
                closed(connection)


def expiry(connect):
    with administrator(connect) as admin:
        user = user_of(admin)
        over_at = now_ms() + 1_500
        made = token_of(admin, user, expiresAtMs=over_at)
        later = token_of(admin, user, expiresAtMs=over_at + 3_600_000)

        def is_over():
            with connect() as connection:
                try:
                    connection.hello('TOKEN', made['token'].encode('utf-8'))
                except BrokerError as error:
                    equal(error.code, 'AUTHENTICATION_FAILED')
                    require(now_ms() >= over_at, 'not before its time')
                    return True
            return False

        until(is_over, 'the end of the token')
        with connect() as connection:
            equal(connection.hello('TOKEN', later['token'].encode('utf-8'))['user'], user)


SCENARIOS = {
    'the exchange of RFC 7677': rfc_example,
    'nobody': anonymous,
    'password': password,
    'server signature': server_signature,
    'channel binding': channel_binding,
    'token': token,
    'expiry': expiry,
}
