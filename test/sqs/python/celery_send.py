"""Sends tasks: `celery_send.py many`, or `celery_send.py endless`."""

import sys

from celery_app import add, endless_once, flaky, later

if sys.argv[1] == 'many':
    for number in range(20):
        add.delay(number, number)
    flaky.delay('grün')
    later.apply_async(args=['later'], countdown=1)
else:
    endless_once.delay('once more')
