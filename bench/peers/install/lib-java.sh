# Sourced by kafka.sh and rabbitmq.sh, after lib.sh: the jars of a Java client, and the bench's program for it.

PEERS="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# gather_and_compile NAME: from java/NAME into .servers/NAME.
gather_and_compile() {
  local source="$PEERS/java/$1" target="$SERVERS/$1"
  { command -v mvn && command -v javac; } >/dev/null || apt_install maven default-jdk-headless
  # The copy of pom.xml comes last: its presence says that the jars are whole.
  if ! cmp -s "$source/pom.xml" "$target/pom.xml"; then
    echo "$1: gathering jars with Maven"
    rm -rf "$target"
    mkdir -p "$target"
    mvn -q -B -f "$source/pom.xml" dependency:copy-dependencies -DoutputDirectory="$target/lib"
    cp "$source/pom.xml" "$target/pom.xml"
  fi
  echo "$1: compiling the bench's program"
  rm -rf "$target/classes"
  javac -d "$target/classes" -cp "$target/lib/*" "$PEERS"/java/pipe/*.java "$source"/*.java
}
