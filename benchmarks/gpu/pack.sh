#!/usr/bin/env bash
# Makes one archive with which the engine runs on a machine that has a GPU and its driver, but no JDK and no network: a run-time image of Java, the engine
# with its native library, and the demo models where they are built. The native library gets code for devices where nvcc is.
#
#   benchmarks/gpu/pack.sh [archive]
#
# There: tar xf weir-gpu.tar.xz && weir-gpu/engine --model weir-gpu/models/weir-demo-fast --device cuda
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
archive=${1:-benchmarks/gpu/target/weir-gpu.tar.xz}
limit_bytes=$((60 * 1000 * 1000))
modules=java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql,java.xml
modules+=,jdk.crypto.ec,jdk.management,jdk.unsupported,jdk.zipfs
die() { echo "pack.sh: $*" >&2; exit 1; }

[[ -x ${JAVA_HOME:-}/bin/jlink ]] || die "JAVA_HOME names no JDK with jlink: install JDK 25 and export JAVA_HOME"
jar=engine-java/target/weir-engine.jar
[[ -f $jar ]] || die "$jar is not there: build it with ./weir doctor or mvn -pl engine-java -am package"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/weir-gpu"
# Not compressed: the archive is, and does it better.
"$JAVA_HOME/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress zip-0 --output "$folder/weir-gpu/java"
cp -a "$jar" engine-java/target/lib "$folder/weir-gpu/"
if [[ -d models/demo ]]; then cp -a models/demo "$folder/weir-gpu/models"; fi
# Of other platforms than the one that it is packed on, and of what the engine does not call.
for library in "$folder"/weir-gpu/lib/{tokenizers,jna,jcuda-natives}-*.jar; do
  [[ -f $library ]] || continue
  zip -q -d "$library" 'native/lib/win*' 'native/lib/osx*' 'native/lib/linux-aarch64/*' 'com/sun/jna/win32*' 'com/sun/jna/darwin*' \
    'com/sun/jna/aix*' 'com/sun/jna/*bsd*' 'com/sun/jna/sunos*' 'lib/libJNvPTXCompiler*' 'lib/libJNvrtc*' >/dev/null || [[ $? == 12 ]]
done
cat >"$folder/weir-gpu/engine" <<'EOF'
#!/usr/bin/env bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/java/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -jar "$here/weir-engine.jar" engine "$@"
EOF
chmod +x "$folder/weir-gpu/engine"
mkdir -p "$(dirname "$archive")"
tar -C "$folder" -c weir-gpu | xz -T2 -9 >"$archive"
size_bytes=$(stat -c %s "$archive")
echo "$archive: $size_bytes bytes"
((size_bytes <= limit_bytes)) || die "that is more than $limit_bytes bytes"
