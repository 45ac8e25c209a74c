#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the library exports and what it takes from others, read from the symbol tables.

load helpers

SURFACE=$BATS_TEST_DIRNAME/../symbols/surface
GAPS=$BATS_TEST_DIRNAME/../symbols/known-gaps
OBJECTS=$BUILD/lib

# The objects that may use the heap and streams of the program they are in: they make what libc
# makes there too (a FILE, a DIR's copy, a list of entries), and are never called in a signal handler.
HEAP_OBJECTS="x_cwd x_dir x_fts x_ftw x_shell x_spawn x_stdio x_temp"
HEAP='^(malloc|calloc|realloc|reallocarray|memalign|aligned_alloc|posix_memalign|free|strdup|strndup|qsort|v?asprintf|(v|vf|f|vs|s|vsn|sn|d|vd)?printf|f?puts|f?putc|putchar|perror|getline|getdelim|fopen|fdopen|freopen|fclose|fflush|fread|fwrite|fgets|std(in|out|err))$'

# What the library takes from libc; nothing else, so that nobody's malloc, locale or parser is
# called by accident. By object below.
ALLOWED="__asan_init __chk_fail __close __cxa_finalize __environ __errno_location __fcntl __gmon_start__ __hwasan_init
__libc_single_threaded __libc_stack_end __pread64 __pwrite64 __read __register_atfork __tsan_init __write _ITM_deregisterTMCloneTable
_ITM_registerTMCloneTable _exit asprintf
calloc dirfd dladdr dladdr1 dlsym environ fdopen fileno fpathconf free getauxval getenv gnu_get_libc_version malloc
memchr memcmp memcpy memmem memmove memrchr memset posix_spawnattr_getflags
posix_spawnattr_getpgroup posix_spawnattr_getschedparam posix_spawnattr_getschedpolicy
posix_spawnattr_getsigdefault posix_spawnattr_getsigmask pthread_setcancelstate
pthread_setcanceltype qsort realloc reallocarray secure_getenv sigemptyset sigfillset sigismember
strchr strcmp strcpy strcspn strdup strerrordesc_np strlen strncmp strnlen strrchr strspn strstr
sysconf"

# Exported for others than programs: a sanitizer's runtime asks these for options.
OPTIONS="__asan_default_options __lsan_default_options __ubsan_default_options"
# Names of newer libcs, which programs that were made for those call.
NEWER=openat2

# Below shim/preload: bytes, and where the kernel's clock is that costs no system call.
CORE_ALLOWED="_GLOBAL_OFFSET_TABLE_ __ehdr_start getauxval memchr memcmp memcpy memmem memmove memrchr memset
strchr strcmp strcspn strlen strncmp strnlen strrchr strspn strstr"

setup() {
  needs nm binutils
}

setup_file() {
  goes_on setup || return 0
  local libc loader
  libc=$(ldd "$LIB" | awk '$1 ~ /^libc\.so/ { print $3 }')
  loader=$(ldd "$LIB" | awk '$1 ~ /ld-linux|ld64|ld-musl/ { print $1 }')
  export LISTS=$BATS_FILE_TMPDIR
  # NAME VERSION of functions; without GLIBC_PRIVATE no program can link to a name.
  nm -D --defined-only "$libc" "$loader" | awk 'NF == 3 && $2 ~ /^[TWiu]$/ {
    at = index($3, "@"); print at ? substr($3, 1, at - 1) " " substr($3, at) : $3 " -" }' |
    sort -u >"$LISTS/libc-versions"
  cut -d' ' -f1 "$LISTS/libc-versions" | sort -u >"$LISTS/libc"
  grep -v GLIBC_PRIVATE "$LISTS/libc-versions" | cut -d' ' -f1 | sort -u >"$LISTS/libc-public"
  nm -D --defined-only "$LIB" | awk '{ print $NF }' | sort >"$LISTS/exports"
  (($(wc -l <"$LISTS/exports") > 150))
  grep -v '^#' "$SURFACE" | grep . | sort >"$LISTS/surface"
  grep -v '^#' "$GAPS" | grep . | sort >"$LISTS/gaps-reasons"
  cut -f1 "$LISTS/gaps-reasons" | sort >"$LISTS/gaps"
}

# symbols OPTION...: nm's lines for each of the library's objects, after its name.
symbols() {
  (cd "$OBJECTS" && find . -name '*.o' -printf '%P\0' | xargs -0 nm -A "$@" | sed 's/:/ /')
}

# OBJECT NAME of what each of them takes from elsewhere.
undefined() {
  symbols -u | awk '{ print $1, $3 }'
}

words() {
  tr ' ' '\n' <<<"$1" | sed '/^$/d' | sort
}

# Names in the first list and not in the second: there must be none.
none_but() {
  run comm -23 "$1" "$2"
  assert_success
  assert_output ""
}

# relatives LIST: the relatives of each name in it that are not in it: other sizes of off_t, fortified and
# re-entrant names, the *at, l* and f* kin, the names of before glibc 2.33. NAME RELATIVE.
relatives() {
  awk '
    function stems(name, s, t) {
      delete stem
      s = name
      sub(/^_IO_/, "", s)
      sub(/^__/, "", s)
      sub(/64_/, "_", s) # fts64_open
      while (sub(/(_chk|_2|_r|64)$/, "", s))
        ;
      stem[s]
      if (s ~ /^[lf]?x(stat|mknod)/) { sub(/x/, "", s); stem[s] }
      if (s ~ /statat$/ || (s ~ /at2?$/ && s !~ /stat$/)) { sub(/at2?$/, "", s); stem[s] }
      if (s ~ /[234]$/) { t = substr(s, 1, length(s) - 1); stem[t] }
      if (s ~ /^[lf]./) stem[substr(s, 2)]
    }
    function see(name, relative) {
      if ((relative in libc) && !(relative in exported)) print name, relative
    }
    BEGIN {
      before = split("|__|_IO_|f|l|p|__f|__l|__x|__lx|__fx", prefix, "|")
      after = split("|64|_2|64_2|_chk|64_chk|_r|64_r|at|at64|at_2|at64_2|at_chk|at2|2|3|4|_np",
                    suffix, "|")
    }
    NR == FNR { libc[$1]; next }
    { exported[$1] }
    END {
      for (name in exported) {
        stems(name)
        for (s in stem) {
          for (i = 1; i <= before; i++)
            for (j = 1; j <= after; j++)
              see(name, prefix[i] s suffix[j])
          infix = s
          if (sub(/_/, "64_", infix)) see(name, infix)
        }
      }
    }' "$LISTS/libc-public" "$1" | sort -u
}

@test "every exported name is one of libc's, but for those that sanitizers look for" {
  [[ -s $LISTS/exports && -s $LISTS/libc ]]
  none_but "$LISTS/exports" <(sort -u "$LISTS/libc" <(words "$OPTIONS") <(words "$NEWER"))
}

@test "an exported name has no version, so that it stands for the old and the new one of libc's" {
  run grep -n '@' "$LISTS/exports"
  assert_failure 1
  # Names that libc has in two versions with one meaning are in our list: the point of the above.
  run grep -c . <(awk '{ print $1 }' "$LISTS/libc-versions" | uniq -d | comm -12 - "$LISTS/exports")
  assert_success
}

@test "every relative of an exported name is exported or a known gap" {
  relatives "$LISTS/exports" >"$BATS_TEST_TMPDIR/relatives"
  cut -d' ' -f2 "$BATS_TEST_TMPDIR/relatives" | sort -u >"$BATS_TEST_TMPDIR/names"
  none_but "$BATS_TEST_TMPDIR/names" "$LISTS/gaps"
}

@test "the relatives of a name are found" {
  # The same search, had the library nothing but one name of each kind.
  local name
  run relatives <(printf '%s\n' __fxstatat64 fts64_open open readlinkat recvfrom)
  for name in '__fxstatat64 __fxstatat' '__fxstatat64 __xstat64' '__fxstatat64 fstatat' \
    '__fxstatat64 lstat64' 'fts64_open fts_open' 'open open64' 'open __open64_2' 'open openat64' \
    'open fopen' 'readlinkat __readlink_chk' 'readlinkat readlink' 'recvfrom __recvfrom_chk'; do
    assert_line "$name"
  done
}

@test "the surface has 222 names, each once and each of this libc" {
  run uniq -d "$LISTS/surface"
  assert_output ""
  none_but "$LISTS/surface" "$LISTS/libc-public"
  run grep -c . "$LISTS/surface"
  assert_output 222
}

@test "every name of the surface is exported or a known gap" {
  sort -u "$LISTS/exports" "$LISTS/gaps" >"$BATS_TEST_TMPDIR/accounted"
  echo "# $(comm -12 "$LISTS/surface" "$LISTS/exports" | wc -l) of 222 names are wrapped," \
    "$(comm -12 "$LISTS/surface" "$LISTS/gaps" | wc -l) are known gaps;" \
    "$(wc -l <"$LISTS/exports") names exported" >&3
  none_but "$LISTS/surface" "$BATS_TEST_TMPDIR/accounted"
}

@test "a known gap is a name of libc's that is not wrapped, has a reason, and stands there once" {
  run uniq -d "$LISTS/gaps"
  assert_output ""
  run comm -12 "$LISTS/gaps" "$LISTS/exports"
  assert_output ""
  none_but "$LISTS/gaps" "$LISTS/libc-public"
  # NAME, one tab, words.
  run grep -vP '^\w+\t\S[^\t]*\S$' "$LISTS/gaps-reasons"
  assert_output ""
}

@test "the library needs nothing of libc's but a short list" {
  nm -D --undefined-only "$LIB" | awk '{ sub(/@.*/, "", $2); print $2 }' |
    sort -u >"$BATS_TEST_TMPDIR/needed"
  [[ -s $BATS_TEST_TMPDIR/needed ]]
  none_but "$BATS_TEST_TMPDIR/needed" <(words "$ALLOWED")
}

@test "musl has every name that the library cannot do without, and its loader every kind of relocation" {
  local musl
  needs musl-gcc musl-tools
  # Of musl, loader and libc are one object.
  musl=$(readelf -l "$PROGRAMS/tour-musl" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
  nm -D --defined-only "$musl" | awk '{ print $3 }' | sort -u >"$BATS_TEST_TMPDIR/musl"
  nm -D --undefined-only "$LIB" | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' |
    sort -u >"$BATS_TEST_TMPDIR/needed"
  [[ -s $BATS_TEST_TMPDIR/musl && -s $BATS_TEST_TMPDIR/needed ]]
  none_but "$BATS_TEST_TMPDIR/needed" "$BATS_TEST_TMPDIR/musl"
  run readelf -rW "$LIB"
  assert_success
  run awk '$3 ~ /^R_/ && $3 !~ /_(RELATIVE|GLOB_DAT|JUMP_SLOT?|TPOFF64|TLS_TPREL)$/' <<<"$output"
  assert_output ""
  run readelf -dW "$LIB"
  refute_line --partial RELR
}

@test "what the library takes from libc is bound as it is loaded, and not on a program's stack" {
  run readelf -dW "$LIB"
  assert_success
  assert_line --regexp 'FLAGS.*BIND_NOW'
}

@test "the library needs no other library than libc" {
  run readelf -d "$LIB"
  assert_success
  run awk '/NEEDED/ { print $NF }' <<<"$output"
  refute_line --regexp 'jansson|seccomp'
  [[ $output == "[libc.so.6]" ]]
}

@test "no symbol of a JSON parser or of libseccomp is in the library" {
  nm -a "$LIB" | awk '{ print $NF }' >"$BATS_TEST_TMPDIR/all"
  [[ -s $BATS_TEST_TMPDIR/all ]]
  run grep -iE '^(json_|jansson|seccomp_|yyjson|cJSON)' "$BATS_TEST_TMPDIR/all"
  assert_failure 1
}

@test "the heap and streams are used by few objects" {
  [[ -d $OBJECTS/shim/preload ]]
  run awk -v heap="$HEAP" -v allowed="$HEAP_OBJECTS" '
    BEGIN { n = split(allowed, list, " "); for (i = 1; i <= n; i++) may["shim/preload/" list[i] ".o"] }
    $2 ~ heap && !($1 in may)' <(undefined)
  assert_output ""
}

@test "below shim/preload nothing is taken from libc but bytes, and where the clock is" {
  local objects
  mapfile -t objects < <(find "$OBJECTS" -name '*.o' ! -path '*/preload/*')
  ((${#objects[@]} > 20))
  nm --defined-only "${objects[@]}" | awk 'NF == 3 { print $3 }' | sort -u \
    >"$BATS_TEST_TMPDIR/own"
  nm -u "${objects[@]}" | awk 'NF == 2 { print $2 }' | sort -u | comm -23 - "$BATS_TEST_TMPDIR/own" \
    >"$BATS_TEST_TMPDIR/foreign"
  [[ -s $BATS_TEST_TMPDIR/foreign ]]
  none_but "$BATS_TEST_TMPDIR/foreign" <(words "$CORE_ALLOWED")
}

@test "dlsym is called in one place" {
  run awk '$2 ~ /^dlv?sym$/ { print $1 }' <(undefined)
  assert_output shim/preload/next.o
}

@test "only the files of exported names define exported symbols" {
  run awk 'NR == FNR { exported[$1]; next } $2 in exported && $1 !~ /\/x_[^\/]*$/' \
    "$LISTS/exports" <(symbols --defined-only | awk '$3 ~ /^[TWD]$/ { print $1, $4 }' | sort -u)
  # Those that have to be assembly.
  assert_output "shim/preload/syscall.o syscall
shim/preload/vfork.o __vfork
shim/preload/vfork.o vfork"
}
