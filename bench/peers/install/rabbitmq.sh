#!/usr/bin/env bash
# RabbitMQ with its stream plugin, of Debian, and its stream client for Java from Maven's registry.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/lib-java.sh"

[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || apt_install rabbitmq-server
dpkg-query -W -f '${Package} ${Version}\n' rabbitmq-server
gather_and_compile rabbitmq-stream
