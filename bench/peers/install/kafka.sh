#!/bin/sh
# Brings Apache Kafka: jars of the broker and of its Java client from Maven, and the bench's program for that client,
# under bench/peers/.servers/kafka. Starts nothing. Can be run again at any time.
set -eu
peers=$(cd "$(dirname "$0")/.." && pwd)
servers=${PEERS_SERVERS:-$peers/.servers}
. "$peers/install/java.sh"

gather_and_compile kafka
cp "$peers/java/kafka/log4j2.properties" "$servers/kafka/log4j2.properties"
echo "kafka: ready in $servers/kafka"
