"""A Celery program whose broker is a gateway: its tasks write a line each into the file TASK_LOG."""

import json
import os
import time

from celery import Celery

app = Celery('checks', broker=os.environ['BROKER_URL'])
app.conf.update(
    broker_transport_options={
        'region': 'eu-central-1',
        'visibility_timeout': 5,
        'wait_time_seconds': 1,
        'polling_interval': 0.1,
        'queue_name_prefix': 'celery-check-',
    },
    task_default_queue=os.environ['QUEUE'],
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    worker_enable_remote_control=False,
)


def note(**fields):
    with open(os.environ['TASK_LOG'], 'a', encoding='utf8') as log:
        log.write(json.dumps(fields) + '\n')


@app.task
def add(left, right):
    note(task='add', result=left + right)


@app.task(bind=True, max_retries=3, default_retry_delay=0)
def flaky(self, text):
    note(task='flaky', attempt=self.request.retries, text=text)
    if self.request.retries < 2:
        raise self.retry(countdown=0)


@app.task(bind=True)
def endless_once(self, text):
    note(task='endless', pid=os.getpid(), text=text)
    if os.environ['WORKER'] == 'first':
        time.sleep(600)
    note(task='ended', pid=os.getpid(), text=text)


@app.task
def later(text):
    note(task='later', text=text)
