#!/usr/bin/env bash
# ElasticMQ's server and all it stands on, from Maven's registry. Needs a JDK and Maven.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

version=1.7.1
target="$SERVERS/elasticmq-$version"
if [ ! -d "$target" ]; then
  command -v mvn >/dev/null || apt_install maven default-jre-headless
  rm -rf "$target.part"
  mkdir -p "$target.part"
  cat >"$target.part/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>bench</groupId>
  <artifactId>elasticmq</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.elasticmq</groupId>
      <artifactId>elasticmq-server_2.13</artifactId>
      <version>$version</version>
    </dependency>
  </dependencies>
</project>
POM
  mvn -q -B -f "$target.part/pom.xml" dependency:copy-dependencies -DoutputDirectory="$target.part/lib"
  mv "$target.part" "$target"
fi
echo "ElasticMQ $version"
