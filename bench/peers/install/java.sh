# Gathers the jars of one Java client and compiles the bench's program for it. Read by kafka.sh and rabbitmq.sh, not run.
# Maven and javac must be there; on Debian: apt-get install maven default-jdk-headless.

# $1: the directory below bench/peers/java, and below .servers.
gather_and_compile() {
  target="$servers/$1"
  for tool in mvn javac; do
    command -v "$tool" > /dev/null || { echo "$1: $tool is missing (apt-get install maven default-jdk-headless)" >&2; return 1; }
  done
  if ! cmp -s "$peers/java/$1/pom.xml" "$target/pom.xml"; then
    echo "$1: gathering jars with Maven"
    rm -rf "$target/lib"
    mkdir -p "$target"
    mvn -q -B -f "$peers/java/$1/pom.xml" dependency:copy-dependencies -DoutputDirectory="$target/lib"
    # Last: its presence says that the jars are whole.
    cp "$peers/java/$1/pom.xml" "$target/pom.xml"
  fi
  echo "$1: compiling the bench's Java client"
  rm -rf "$target/classes"
  javac -d "$target/classes" -cp "$target/lib/*" "$peers"/java/pipe/*.java "$peers/java/$1"/*.java
}
