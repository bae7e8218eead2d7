#!/usr/bin/env bash
# Apache Kafka: the jars of its broker and Java client from Maven's registry, and the bench's program for that client.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/lib-java.sh"

gather_and_compile kafka
cp "$PEERS/java/kafka/log4j2.properties" "$SERVERS/kafka/log4j2.properties"
