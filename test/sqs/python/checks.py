"""What boto3 does against a gateway, as a client and as resources: `checks.py http://127.0.0.1:7651` prints a line
`ok name` or `FAILED name` with its traceback for each. The same runs over either protocol: botocore's age decides."""

import json
import sys
import time
import traceback
import uuid

import boto3
import botocore
from botocore.config import Config

KEYS = dict(
    endpoint_url=sys.argv[1],
    region_name='eu-central-1',
    aws_access_key_id='test',
    aws_secret_access_key='test',
    config=Config(retries={'max_attempts': 0}),
)
sqs = boto3.client('sqs', **KEYS)
resource = boto3.resource('sqs', **KEYS)
CHECKS = {}


def check(function):
    CHECKS[function.__name__.replace('_', ' ')] = function
    return function


def new_queue(suffix='', **attributes):
    name = f'py-{uuid.uuid4().hex[:12]}{suffix}'
    return name, sqs.create_queue(QueueName=name, Attributes=attributes)['QueueUrl']


def until_visible(url):
    """A lease of no time ends some milliseconds later."""
    name = 'ApproximateNumberOfMessagesNotVisible'
    for _ in range(200):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])['Attributes']
        if found[name] == '0':
            return
        time.sleep(0.05)
    raise AssertionError('its lease did not end')


def refusal(call, **arguments):
    try:
        call(**arguments)
    except sqs.exceptions.ClientError as error:
        return error
    raise AssertionError('it was not refused')


@check
def client():
    name, url = new_queue()
    assert sqs.get_queue_url(QueueName=name)['QueueUrl'] == url
    text = 'line\r\nend & <tag> "q" \U0001f680'
    sent = sqs.send_message(
        QueueUrl=url,
        MessageBody=text,
        MessageAttributes={
            'kind': {'DataType': 'String', 'StringValue': 'ä'},
            'blob': {'DataType': 'Binary', 'BinaryValue': b'\x00\xff\r\n'},
        },
    )
    got = sqs.receive_message(
        QueueUrl=url, AttributeNames=['All'], MessageAttributeNames=['All'], WaitTimeSeconds=5
    )['Messages'][0]
    assert got['Body'] == text, got['Body']
    assert got['MessageId'] == sent['MessageId']
    assert got['MD5OfMessageAttributes'] == sent['MD5OfMessageAttributes']
    assert got['MessageAttributes']['blob']['BinaryValue'] == b'\x00\xff\r\n'
    assert got['Attributes']['ApproximateReceiveCount'] == '1'
    handle = got['ReceiptHandle']
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    again = sqs.receive_message(QueueUrl=url)['Messages'][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again['ReceiptHandle'])
    assert 'Messages' not in sqs.receive_message(QueueUrl=url)
    sqs.delete_queue(QueueUrl=url)


@check
def batches():
    _, url = new_queue()
    entries = [{'Id': str(at), 'MessageBody': f'm{at}'} for at in range(10)]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [each['Id'] for each in sent['Successful']] == [str(at) for at in range(10)]
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)['Messages']
    assert [each['Body'] for each in got] == [f'm{at}' for at in range(10)]
    handles = [{'Id': str(at), 'ReceiptHandle': each['ReceiptHandle']} for at, each in enumerate(got)]
    handles[9]['ReceiptHandle'] = 'nobody'
    deleted = sqs.delete_message_batch(QueueUrl=url, Entries=handles)
    assert len(deleted['Successful']) == 9
    assert [(each['Id'], each['Code']) for each in deleted['Failed']] == [('9', 'ReceiptHandleIsInvalid')]


@check
def resources():
    name = f'py-{uuid.uuid4().hex[:12]}'
    queue = resource.create_queue(QueueName=name, Attributes={'VisibilityTimeout': '45'})
    assert queue.attributes['VisibilityTimeout'] == '45'
    assert queue.attributes['QueueArn'].startswith('arn:aws:sqs:eu-central-1:')
    queue.send_message(MessageBody='one')
    queue.send_messages(Entries=[{'Id': 'a', 'MessageBody': 'two'}])
    found = queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=1)
    assert [message.body for message in found] == ['one', 'two']
    for message in found:
        message.change_visibility(VisibilityTimeout=60)
        message.delete()
    queue.load()
    assert queue.attributes['ApproximateNumberOfMessages'] == '0'
    assert resource.get_queue_by_name(QueueName=name).url == queue.url
    queue.delete()


@check
def paginators():
    prefix = f'py-page-{uuid.uuid4().hex[:8]}'
    for at in range(5):
        sqs.create_queue(QueueName=f'{prefix}-{at}')
    pages = sqs.get_paginator('list_queues').paginate(
        QueueNamePrefix=prefix, PaginationConfig={'PageSize': 2}
    )
    urls = [url for page in pages for url in page.get('QueueUrls', [])]
    assert len(urls) == 5 and len(set(urls)) == 5, urls
    assert 'QueueUrls' not in sqs.list_queues(QueueNamePrefix='nobody-has-this')


@check
def attributes_and_tags():
    _, url = new_queue(DelaySeconds='7')
    sqs.set_queue_attributes(QueueUrl=url, Attributes={'VisibilityTimeout': '9'})
    names = ['DelaySeconds', 'VisibilityTimeout']
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)['Attributes']
    assert found == {'DelaySeconds': '7', 'VisibilityTimeout': '9'}, found
    assert 'Attributes' not in sqs.get_queue_attributes(QueueUrl=url)
    assert 'Tags' not in sqs.list_queue_tags(QueueUrl=url)
    sqs.tag_queue(QueueUrl=url, Tags={'team': 'a', 'empty': ''})
    assert sqs.list_queue_tags(QueueUrl=url)['Tags'] == {'team': 'a', 'empty': ''}
    sqs.untag_queue(QueueUrl=url, TagKeys=['team', 'empty'])
    assert 'Tags' not in sqs.list_queue_tags(QueueUrl=url)


@check
def fifo():
    _, url = new_queue('.fifo', FifoQueue='true', ContentBasedDeduplication='true')
    first = sqs.send_message(QueueUrl=url, MessageBody='a', MessageGroupId='g')
    second = sqs.send_message(QueueUrl=url, MessageBody='a', MessageGroupId='g')
    assert first['MessageId'] == second['MessageId']
    assert len(first['SequenceNumber']) == 20
    got = sqs.receive_message(QueueUrl=url, AttributeNames=['All'], MaxNumberOfMessages=10)['Messages']
    assert [each['Attributes']['MessageGroupId'] for each in got] == ['g']


@check
def error_codes():
    new = tuple(map(int, botocore.__version__.split('.')[:3])) >= (1, 31, 81)
    name, url = new_queue(DelaySeconds='7')
    gone = refusal(sqs.get_queue_url, QueueName='nobody-has-this')
    assert isinstance(gone, sqs.exceptions.QueueDoesNotExist)
    assert gone.response['Error']['Code'] == 'AWS.SimpleQueueService.NonExistentQueue'
    assert gone.response['ResponseMetadata']['HTTPStatusCode'] == 400
    wsdl = '' if new else ' for this wsdl version'
    assert gone.response['Error']['Message'] == f'The specified queue does not exist{wsdl}.'
    assert len(gone.response['ResponseMetadata']['RequestId']) == 36
    other = refusal(sqs.create_queue, QueueName=name, Attributes={'DelaySeconds': '8'})
    assert other.response['Error']['Code'] == 'QueueAlreadyExists'
    assert isinstance(other, sqs.exceptions.QueueNameExists)
    handle = refusal(sqs.delete_message, QueueUrl=url, ReceiptHandle='x')
    assert isinstance(handle, sqs.exceptions.ReceiptHandleIsInvalid)
    assert handle.response['Error']['Code'] == 'ReceiptHandleIsInvalid'
    number = refusal(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11)
    assert number.response['Error']['Code'] == 'InvalidParameterValue'
    empty = refusal(sqs.send_message_batch, QueueUrl=url, Entries=[])
    assert isinstance(empty, sqs.exceptions.EmptyBatchRequest)
    assert empty.response['Error']['Code'] == 'AWS.SimpleQueueService.EmptyBatchRequest'
    sqs.purge_queue(QueueUrl=url)
    purge = refusal(sqs.purge_queue, QueueUrl=url)
    assert isinstance(purge, sqs.exceptions.PurgeQueueInProgress)
    assert purge.response['ResponseMetadata']['HTTPStatusCode'] == 403


@check
def dead_letters_and_move_tasks():
    dead_name, dead_url = new_queue()
    arn = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=['QueueArn'])['Attributes']['QueueArn']
    policy = json.dumps({'deadLetterTargetArn': arn, 'maxReceiveCount': 1})
    _, url = new_queue(RedrivePolicy=policy, VisibilityTimeout='0')
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead_url)['queueUrls'] == [url]
    sqs.send_message(QueueUrl=url, MessageBody='bad')
    assert 'Messages' in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)
    until_visible(url)
    assert 'Messages' not in sqs.receive_message(QueueUrl=url)
    task = sqs.start_message_move_task(SourceArn=arn)['TaskHandle']
    assert isinstance(task, str)
    for _ in range(100):
        result = sqs.list_message_move_tasks(SourceArn=arn)['Results'][0]
        if result['Status'] == 'COMPLETED':
            break
        time.sleep(0.1)
    assert result['ApproximateNumberOfMessagesMoved'] == 1, result
    back = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)['Messages'][0]
    assert back['Body'] == 'bad'


@check
def permissions():
    _, url = new_queue()
    sqs.add_permission(QueueUrl=url, Label='l', AWSAccountIds=['123456789012'], Actions=['SendMessage'])
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['Policy'])['Attributes']['Policy']
    assert json.loads(policy)['Statement'][0]['Sid'] == 'l'
    sqs.remove_permission(QueueUrl=url, Label='l')
    assert 'Attributes' not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['Policy'])


print(f'botocore {botocore.__version__}')
for name, function in CHECKS.items():
    try:
        function()
        print(f'ok {name}', flush=True)
    except Exception:
        print(f'FAILED {name}\n{traceback.format_exc()}', flush=True)
