#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The architecture, held by reading the sources: who may include, call and export what.

load helpers

cd "$SOURCE_ROOT" || exit

# The floors of the library, top to bottom.
FLOORS=(shim/preload shim/supervisor shim/vfs shim/fs shim/mounts shim/store shim/nt shim/sys)

# What each of them may include, itself among it: calls go down only.
allowed_in() {
  case $1 in
    shim/nt) echo nt ;;
    shim/sys) echo sys ;;
    shim/store) echo nt sys store ;;
    shim/mounts) echo policy sys mounts ;;
    shim/fs) echo mounts policy store nt sys fs ;;
    shim/vfs) echo fs mounts policy store sys vfs ;;
    shim/preload) echo vfs fs policy store sys preload ;;
    shim/supervisor) echo vfs fs policy store sys supervisor ;;
    shim/win) echo policy store nt sys win ;;
    shim/report) echo policy report ;;
    shim/trial) echo report policy sys trial ;;
    shim/bisect) echo trial report policy bisect ;;
    shim/matrix) echo bisect trial report policy matrix ;;
    shim/cli) echo win supervisor matrix bisect trial report policy nt sys cli ;;
    shim/wsl) echo nt sys wsl ;;
    policy) echo sys policy ;;
  esac
}

# floor_of PATH: the directory of its floor, in $floor; a file system has one of its own below its floor's.
floor_of() {
  floor=${1%/*}
  while [[ $floor == shim/*/* ]]; do floor=${floor%/*}; done
}

# C sources and headers of the directories given, where they exist.
sources_in() {
  local dir
  for dir in "$@"; do
    [[ ! -d $dir ]] || find "$dir" -name '*.[chS]' -o -name '*.def'
  done | sort
}

# What the library has of policy/, by the Makefile's word for it.
flat_policy() {
  sed -n '/^POLICY_FLAT *:=/,/[^\\]$/p' Makefile | grep -oE '[a-z_]+\.c' | sed 's|^|policy/|'
}

all_sources() {
  sources_in policy shim tests examples bench
  find tests .ci tools bench completions -type f \( -name '*.bats' -o -name '*.bash' -o -name '*.sh' \
    -o -name '*.py' -o -path 'tests/symbols/*' -o -path 'completions/*' -o -path '.ci/*' -o -path 'tools/*' \) \
    ! -name '*.pyc' 2>/dev/null | sort
  echo Makefile
}

# The lists are made once.
setup_file() {
  # The supervisor is a program: what it runs is the library's, how it talks is libc's.
  sources_in "${FLOORS[@]/#shim\/supervisor/none}" >"$BATS_FILE_TMPDIR/library"
  flat_policy >"$BATS_FILE_TMPDIR/flat"
  all_sources >"$BATS_FILE_TMPDIR/sources"
}

setup() {
  mapfile -t LIBRARY <"$BATS_FILE_TMPDIR/library"
  mapfile -t FLAT <"$BATS_FILE_TMPDIR/flat"
  mapfile -t SOURCES <"$BATS_FILE_TMPDIR/sources"
}

# Sources without comments and without what is in quotes, each line after its file and number.
code() {
  awk '
    function strip(s,   out, c, i, quote) {
      for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (comment) {
          if (substr(s, i, 2) == "*/") { comment = 0; i++ }
        } else if (quote != "") {
          if (c == "\\") i++
          else if (c == quote) { quote = ""; out = out c }
        } else if (substr(s, i, 2) == "/*") { comment = 1; i++ }
        else if (substr(s, i, 2) == "//") break
        else { out = out c; if (c == "\"" || c == "\047") quote = c }
      }
      return out
    }
    FNR == 1 { comment = 0 }
    { line = strip($0); if (line ~ /[^ \t]/) print FILENAME ":" FNR ": " line }' "$@"
}

# none COMMAND...: it finds nothing, and what it finds is shown.
none() {
  run "$@"
  assert_output ""
}

@test "there are sources to read" {
  ((${#LIBRARY[@]} > 60 && ${#FLAT[@]} > 4 && ${#SOURCES[@]} > 100))
  assert_file_exists "${FLAT[0]}"
}

# includes DIR...: "FILE INCLUDED" for each include of a file of ours.
includes() {
  local files
  mapfile -t files < <(sources_in "$@")
  awk 'match($0, /^ *# *include *"[^"]*"/) {
    included = substr($0, RSTART, RLENGTH); gsub(/^[^"]*"|"$/, "", included); print FILENAME, included
  }' "${files[@]}"
}

# upward DIRECTORY...: what files of a floor include that is in none that it may include.
upward() {
  local dir file include allowed
  for dir; do
    allowed=" $(allowed_in "$dir") "
    while read -r file include; do
      [[ $include == */* && $allowed == *" ${include%%/*} "* ]] || echo "$file: $include"
    done < <(includes "$dir")
  done
}

@test "calls go down only: what each floor includes" {
  none upward "${FLOORS[@]}" shim/win shim/report shim/trial shim/bisect shim/matrix shim/cli shim/wsl
}

# wants KIND: "FILE OTHER NAME", where the object of FILE needs a name that OTHER's defines; KIND is
# that of the build: lib, cli or wsl. Both without their endings. Objects without a source are of another
# day.
wants() {
  local file objects=()
  while read -r file; do
    file=${file%.[cS]}
    [[ ! -f $BUILD/$1/$file.o ]] || objects+=("$file.o")
  done < <(find policy shim -name '*.[cS]')
  (cd "$BUILD/$1" && nm -A "${objects[@]}") | awk '
    { file = $1; sub(/\.o:.*/, "", file); name = $NF; kind = $(NF - 1) }
    kind == "U" { wanted[file " " name]; next }
    kind ~ /[A-Z]/ { of[name] = file }
    END {
      for (want in wanted) {
        split(want, by, " ")
        if (by[2] in of && of[by[2]] != by[1]) print by[1], of[by[2]], by[2]
      }
    }' | sort
}

# in_circles: of lines "FROM TO WHY", those of arrows by which one can come back to where one was.
in_circles() {
  local arrows
  arrows=$(cat)
  awk '{ print $1, $2 }' <<<"$arrows" | { tsort 2>&1 >/dev/null || true; } | awk '
    NR == FNR { if (!/input contains a loop/) member[$NF]; next }
    $1 in member && $2 in member' - <(cat <<<"$arrows")
}

# not_allowed: of lines "FILE OTHER NAME", those that go up.
not_allowed() {
  local dir from to name floor
  local -A allowed=()
  for dir in "${FLOORS[@]}" shim/win shim/report shim/trial shim/bisect shim/matrix shim/cli shim/wsl policy; do
    allowed[$dir]=" $(allowed_in "$dir") "
  done
  while read -r from to name; do
    floor_of "$to"
    to=${floor##*/}
    floor_of "$from"
    [[ ${allowed[$floor]} == *" $to "* ]] || echo "$from needs $name of $to"
  done
}

@test "calls go down only: what the objects of each floor need" {
  local kind
  for kind in lib cli wsl; do
    wants "$kind" >"$BATS_TEST_TMPDIR/$kind"
    (($(wc -l <"$BATS_TEST_TMPDIR/$kind") > 20))
    not_allowed <"$BATS_TEST_TMPDIR/$kind"
  done >"$BATS_TEST_TMPDIR/found"
  none cat "$BATS_TEST_TMPDIR/found"
  # One would be seen, and what a floor, or a file system, has of its own would not.
  run not_allowed <<<$'shim/fs/drvfs/stat shim/vfs/walk x\nshim/fs/drvfs/stat shim/fs/host y\npolicy/a shim/sys/b z'
  assert_output "shim/fs/drvfs/stat needs x of vfs"
}

@test "no two files need each other, by what their objects define or by what they include" {
  for kind in lib cli wsl; do
    wants "$kind" | in_circles
  done >"$BATS_TEST_TMPDIR/found"
  none cat "$BATS_TEST_TMPDIR/found"
  # A file and the header of its name are one; a list includes nothing.
  none in_circles < <(includes policy shim | grep -v '\.def$' | sed -E '
    s/\.[a-zS]+ policy/ policy/; t end
    s/\.[a-zS]+ / shim\//; :end
    s/\.[a-z]+$/ #include/' | awk '$1 != $2')
  # One would be seen, and not what only leads to it.
  run in_circles <<<$'a b x\nb c y\nc b z\nc d w'
  assert_output $'b c y\nc b z'
}

@test "a file system knows nothing of vfs, and the library nothing of the command line" {
  none grep -rn '#include "vfs/' shim/fs shim/store shim/nt shim/sys
  none grep -nE '#include ".*cli/' "${LIBRARY[@]}" "${FLAT[@]}"
}

# names_of_filesystems FILE...: lines that speak of one by its name, or of Windows' spelling of names.
names_of_filesystems() {
  grep -niE '\b(lx_)?(drvfs|volfs|procfs|ntfs|nt_)|LX_RULE_IDENTITY|"nt/' "$@" || true
}

@test "vfs and those who call it know no file system by name" {
  local files
  mapfile -t files < <(sources_in shim/vfs shim/preload shim/supervisor)
  ((${#files[@]} > 100))
  # A set of registers of the kernel's has such a name, too.
  sed 's/\bNT_PRSTATUS\b//' shim/supervisor/inject.c >"$BATS_TEST_TMPDIR/inject.c"
  none names_of_filesystems "${files[@]/#shim\/supervisor\/inject.c/$BATS_TEST_TMPDIR/inject.c}"
  # The registry does, and is not asked for one of its own.
  none grep -nE 'LX_MOUNT_(DRVFS|VOLFS|PROCFS)\b' "${files[@]}"
  # One would be seen.
  printf '#include "nt/names.h"\nx = &lx_drvfs;\n/* As NTFS has it. */\nopened(0);\n' >"$BATS_TEST_TMPDIR/bad.c"
  run names_of_filesystems "$BATS_TEST_TMPDIR/bad.c"
  assert_output $'1:#include "nt/names.h"\n2:x = &lx_drvfs;\n3:/* As NTFS has it. */'
}

@test "what is mounted is no file system's: DrvFs is a word of its lines alone" {
  # What programs see of 9p in a mount table is the word of WSL's own server.
  none bash -c "grep -rniE '\\b(drvfs|ntfs|nt_)' shim/mounts | grep -v 'aname=drvfs;'"
}

@test "Windows' view is the program's alone, and stands on the lower floors" {
  none grep -n '#include "win/' "${LIBRARY[@]}" "${FLAT[@]}"
  # Knowledge that only it needs is not in the library.
  none bash -c "nm '$LIB' | grep -E ' (win_|nt_(status|win32))'"
  run bash -c "nm '$LXSHIM' | grep -c ' T win_'"
  ((output > 30))
}

@test "Windows' view sees files by system calls that no preloaded library answers" {
  local files
  mapfile -t files < <(sources_in shim/win)
  code "${files[@]}" >"$BATS_TEST_TMPDIR/code"
  none calls_to 'open|openat|fopen|(f|l)?stat|readlink|opendir|access|mkdir|rmdir|unlink|rename|link|symlink|chmod|getcwd|[fl]?(get|set|list|remove)xattr|truncate|statfs' \
    "$BATS_TEST_TMPDIR/code"
}

@test "the flat policy includes nothing but policy, and lists" {
  local file include
  while read -r file include; do
    # A list of the file systems' is data, of which anybody makes what he needs.
    [[ -f policy/${include#policy/} || $include == fs/*.def || " ${FLAT[*]} ${FLAT[*]/%.c/.h} " != *" $file "* ]] ||
      echo "$file: $include"
  done < <(includes policy) >"$BATS_TEST_TMPDIR/found"
  none cat "$BATS_TEST_TMPDIR/found"
}

@test "JSON is read by the loader and the command line only" {
  none grep -snE 'jansson|json_(t|loads|object|array)\b' "${LIBRARY[@]}" "${FLAT[@]}" \
    "${FLAT[@]/%.c/.h}"
  run grep -rl 'jansson.h' policy shim/cli
  assert_success
}

@test "names are exported by shim/preload/x_*.c only" {
  code "${LIBRARY[@]}" >"$BATS_TEST_TMPDIR/code"
  grep -E 'LX_EXPORT|LX_ALIAS|visibility' "$BATS_TEST_TMPDIR/code" >"$BATS_TEST_TMPDIR/exporting"
  (($(wc -l <"$BATS_TEST_TMPDIR/exporting") > 100))
  none grep -vE '^shim/(preload/(x_[a-z]+\.c|export\.h)|sys/hidden\.h):' "$BATS_TEST_TMPDIR/exporting"
}

# calls_to NAMES FILE: lines of code with a call of one of them; a member's is another function.
calls_to() {
  grep -P "(?<![\w.>])(?:$1) ?\(" "$2" | grep -vE '^[^ ]+ *#' || true
}

@test "what is exported is not called below by its plain name" {
  local names files
  # It would come back to us: lx_* or sys_* is meant.
  names=$(nm -D --defined-only "$LIB" | awk '{ print $NF }' | paste -sd'|')
  [[ $names == *"|open|"* ]]
  mapfile -t files < <(printf '%s\n' "${LIBRARY[@]}" "${FLAT[@]}" | grep -v '^shim/preload/x_')
  code "${files[@]}" >"$BATS_TEST_TMPDIR/code"
  none calls_to "$names" "$BATS_TEST_TMPDIR/code"
  # One would be seen.
  printf 'static int f(void)\n{\n    /* open() */\n    t->open("open(");\n    return open("x", 0);\n}\n' \
    >"$BATS_TEST_TMPDIR/bad.c"
  code "$BATS_TEST_TMPDIR/bad.c" >"$BATS_TEST_TMPDIR/code"
  run calls_to "$names" "$BATS_TEST_TMPDIR/code"
  assert_output --regexp '^[^ ]*bad\.c:5: +return open\("", 0\);$'
}

@test "errno and libc's way to fail stay in shim/preload" {
  local files
  mapfile -t files < <(printf '%s\n' "${LIBRARY[@]}" | grep -v '^shim/preload/')
  code "${files[@]}" "${FLAT[@]}" | grep -vE '^[^ ]+ *#' >"$BATS_TEST_TMPDIR/code"
  none grep -P '(?<!\w)errno(?!\w)' "$BATS_TEST_TMPDIR/code"
}

@test "calls of 32-bit x86 have the numbers that the kernel's headers give them" {
  local headers='#include <asm/unistd_32.h>' checks
  cc -E - <<<"$headers" >/dev/null 2>&1 || skip "headers of another machine"
  checks=$(sed -nE 's/^I386[A-Z_]*\(([0-9]+), ([a-z0-9_]+),.*/#if defined(__NR_\2) \&\& __NR_\2 != \1\n#error \2 is not \1\n#endif/p' \
    shim/supervisor/compat.def)
  (($(grep -c '^#if' <<<"$checks") > 90))
  none cc -E -o /dev/null - <<<"$headers"$'\n'"$checks"
}

@test "no lock is held anywhere in the library" {
  none grep -nE 'pthread_(mutex|rwlock|spin|cond|once)|sem_wait|mtx_lock|call_once' "${LIBRARY[@]}"
}

# Lines of lanes.list with single blanks: FILE|TEST|LANES|REASON.
lanes_list() {
  sed -E '/^(#|$)/d; s/ *\| */|/g' "$BATS_TEST_DIRNAME/lanes.list"
}

@test "the list of lanes: it names what there is, says why, and nothing twice" {
  local file name lanes reason
  (($(lanes_list | wc -l) > 15))
  while IFS='|' read -r file name lanes reason; do
    if [[ $file == probe ]]; then
      probe --list | grep -qxF "$name" || echo "no check: $name"
    else
      [[ -f $BATS_TEST_DIRNAME/$file ]] || echo "no file: $file"
      [[ $name == '*' ]] || grep -qxF "@test \"$name\" {" "$BATS_TEST_DIRNAME/$file" ||
        echo "no test: $file: $name"
    fi
    [[ $lanes =~ ^(once|((preload|both|supervisor)( |$))+)$ && $lanes != *' ' ]] || echo "no lanes: $file: $lanes"
    [[ $reason == *' '* && $reason != *'|'* ]] || echo "no reason: $file: $name"
  done < <(lanes_list) >"$BATS_TEST_TMPDIR/found"
  lanes_list | cut -d'|' -f1,2 | sort | uniq -d >>"$BATS_TEST_TMPDIR/found"
  none cat "$BATS_TEST_TMPDIR/found"
}

@test "every bats file starts programs by the lane, or the list of lanes says why not" {
  local file
  for file in "$BATS_TEST_DIRNAME"/*.bats; do
    file=${file##*/}
    # Of each test, and of what stands before the first: does it go by the lane, or preload by itself?
    awk -v file="$file" '
      NR == FNR { split($0, of, "|"); if (of[1] == file) lanes[of[2]] = of[3]; next }
      /^@test "/ { name = $0; gsub(/^@test "|" \{$/, "", name); next }
      /^}$/ { name = "" }
      /shim[m]ed|"\$[{]SHIM\[@\][}]"/ { by_lane = 1 }
      /LD_PRELOAD=("?\$LIB|\$order|\.\/)/ {
        of_test = name in lanes ? lanes[name] : "*" in lanes ? lanes["*"] : "all"
        # Beside the lane, strace has its own way to set a variable.
        if (of_test != "once" && $0 !~ /-E LD_PRELOAD/) print file ": " name ": " $0
      }
      END {
        only_once = lanes["*"] == "once"
        for (test in lanes) if (lanes[test] != "once") only_once = 0
        if (by_lane == only_once) print file ": " (by_lane ? "goes by the lane" : "in no lane")
      }' <(lanes_list) "$BATS_TEST_DIRNAME/$file" <(sed -nE 's/^load (.*)/\1/p' "$BATS_TEST_DIRNAME/$file" |
        grep -vx helpers | while read -r loaded; do cat "$BATS_TEST_DIRNAME/$loaded.bash"; done)
  done >"$BATS_TEST_TMPDIR/found"
  none cat "$BATS_TEST_TMPDIR/found"
}

# Commands that a bare machine lacks, each with another that its package has. Words that are also others' are
# not among them.
NEIGHBOURS='python3 jq setfattr:getfattr getfattr:setfattr strace busybox git npm node:npm ssh-keygen patch
rsync sqlite3 smbd smbclient inotifywait musl-gcc mkfs.ext4 mkfs.xfs setcap groff clang eatmydata fakeroot
faketime gdb valgrind mkntfs ntfs-3g:mkntfs objcopy uptime'

# unsaid_needs FILE: where a test has one of them in its steps, or calls a function that has or expands steps that
# have (STEPS='...'), and neither it nor the function nor setup says `needs`, or asks `present`; for what else stands
# outside of tests and functions, any in the file will do. "# Names X, and does not run it" is for a word of the same
# spelling. A setup_file may not skip: that is a failure for Debian 12's bats.
unsaid_needs() {
  awk -v neighbours="$NEIGHBOURS" '
    BEGIN {
      n = split(neighbours, list, /[ \n]+/)
      for (i = 1; i <= n; i++) {
        split(list[i] ":" list[i], names, ":")
        name[i] = names[1]
        other[i] = names[2]
        word = name[i]
        gsub(/\./, "\\.", word)
        pattern[i] = "(^|[^A-Za-z0-9_./:=-])" word "($|[^A-Za-z0-9_.:/=-])"
      }
    }
    /^# Names [^ ]+, and does not run it/ { sub(/,$/, "", $3); everywhere[$3]; has["", $3] }
    /^ *#/ { next }
    /^@test "/ { block = $0; next }
    /^[a-z_]+\(\) \{/ { block = $1; next }
    /^}$/ { block = ""; next }
    block == "setup_file()" && / (needs|skip) / { print FILENAME ": setup_file: needs or skip" }
    block == "" && /^[A-Z_]+=\047/ { block = "$" substr($0, 1, index($0, "=") - 1); steps = 1 }
    / (needs|present) / {
      while (match($0, / (needs|present) [^ ;]+/)) {
        said = substr($0, RSTART + 1, RLENGTH - 1)
        $0 = substr($0, RSTART + RLENGTH)
        sub(/^[a-z]* /, "", said)
        has[block, said]
        has["", said]
        if (block ~ /^setup/) everywhere[said]
      }
      next
    }
    { text[block] = text[block] " " $0 " " }
    { for (i = 1; i <= n; i++) if ($0 ~ pattern[i]) used[block, i] }
    steps && /\047$/ { block = ""; steps = 0 }
    function is_said(block, i,    word, by) {
      for (word in has) {
        split(word, by, SUBSEP)
        if (by[2] != name[i] && by[2] != other[i]) continue
        if (by[1] == block || by[2] in everywhere) return 1
      }
      return 0
    }
    # What a function needs and does not say, who calls it needs; and who calls that.
    function pass_on(block, i,    caller, called) {
      called = block
      sub(/\(\)/, "", called)
      sub(/^\$/, "[$]\\{?", called)
      for (caller in text) {
        if (caller == block || (caller, i) in used || text[caller] !~ "[^a-z_/.-]" called "[^A-Za-z_/.-]") continue
        used[caller, i]
        if (caller !~ /^@/ && !is_said(caller, i)) pass_on(caller, i)
      }
    }
    END {
      for (use in used) uses[++count] = use
      for (u = 1; u <= count; u++) {
        split(uses[u], of, SUBSEP)
        if (of[1] ~ /^[$a-z]/ && !is_said(of[1], of[2])) pass_on(of[1], of[2])
      }
      for (use in used) {
        split(use, of, SUBSEP)
        if (of[1] !~ /^[$a-z]/ && !is_said(of[1], of[2])) print FILENAME ": " of[1] ": " name[of[2]]
      }
    }' "$1"
}

@test "a test that needs what a bare machine lacks says so, with a package that tools/deps has" {
  local file package
  local files=()
  for file in "$BATS_TEST_DIRNAME"/*.bats; do
    [[ $file == */sources.bats ]] || files+=("$file")
  done
  for file in "${files[@]}"; do
    unsaid_needs "$file"
  done >"$BATS_TEST_TMPDIR/found"
  while read -r package; do
    grep -q "^[a-z]*|$package|" tools/deps || echo "not in tools/deps: $package"
  done < <(grep -hoP '^ *(\[\[.*)?needs \S+ \K\S+' "${files[@]}" | sort -u) >>"$BATS_TEST_TMPDIR/found"
  none cat "$BATS_TEST_TMPDIR/found"
  # One would be seen.
  cd "$BATS_TEST_TMPDIR"
  printf 'setup() {\n  needs jq jq\n}\ntraced() {\n  strace true\n}\n%s' \
    $'@test "x" {\n  jq . f; traced; git-x\n}\n@test "y" {\n  needs strace strace\n  traced\n}\n' >x.bats
  run unsaid_needs x.bats
  assert_output 'x.bats: @test "x" {: strace'
}

# unlicensed FILE...: those that do not say it there, with what they say.
unlicensed() {
  local file line
  for file; do
    { read -r line && [[ $line != '#'@(!|compdef)* ]] || read -r line; } <"$file" || true
    [[ $line == *'SPDX-License-Identifier: MIT'* ]] || echo "$file: $line"
  done
}

@test "every source says its licence in its first line, or after the one for who runs it" {
  none unlicensed "${SOURCES[@]}"
}

@test "no source is longer than 600 lines, and nothing about it than 700" {
  none awk '{ most = FILENAME ~ /^(shim|policy)\// ? 600 : 700 }
    FNR > most { print FILENAME ": more than " most " lines"; nextfile }' "${SOURCES[@]}"
}

# Documents, by path.
documents() {
  find . -maxdepth 3 \( -path './[A-Z]*.md' -o -path './docs/*.md' \) | sed 's|^\./||' | sort
}

@test "no file is empty but those of tests and examples" {
  none find . \( -path ./build -o -path ./.git -o -path ./tests -o -path ./examples \) -prune -o -type f -empty -print
}

@test "nothing is left to be done in a comment" {
  local documents
  mapfile -t documents < <(documents)
  ((${#documents[@]} > 10))
  none grep -nwE 'TO''DO|FIX''ME|XX''X' "${SOURCES[@]}" "${documents[@]}"
}

# named_paths FILE...: "FILE PATH" for each path in backticks that looks like one of the tree: below a directory
# of its, or with the ending of a source. A command's first word may be one, and a pattern stands for any.
named_paths() {
  awk '
    FNR == 1 { code = 0 }
    /^ *```/ { code = !code; next }
    code { next }
    {
      # A word in backticks may go on in the next line.
      n = split((rest == "" ? "" : rest " ") $0, part, "`")
      rest = ""
      if (n % 2 == 0) {
        rest = "`" part[n]
        n--
      }
      for (i = 2; i <= n; i += 2) {
        word = part[i]
        sub(/[ :].*/, "", word)
        if (word ~ /^(shim|policy|tests|tools|docs|bench|examples|completions|man|\.ci|\.github)\// ||
            word ~ /^[A-Za-z0-9_\/*.-]+\.(c|h|S|def|inc|bats|bash|list)$/) print FILENAME, word
      }
    }
    /^$/ { rest = "" }' "$@"
}

# missing_paths: of lines "FILE PATH", those whose path is neither in the tree nor the name of a file in it.
missing_paths() {
  local document path names
  names=$(find policy shim tests -printf '%f\n' | sort -u)
  while read -r document path; do
    compgen -G "$path" >/dev/null || { [[ $path != */* ]] && compgen -W "$names" -X "!$path" >/dev/null; } ||
      echo "$document: $path"
  done
}

@test "documents name files that are there" {
  local named documents
  mapfile -t documents < <(documents | grep '^docs/')
  mapfile -t named < <(named_paths CONTRIBUTING.md "${documents[@]}")
  ((${#named[@]} > 150))
  none missing_paths < <(printf '%s\n' "${named[@]}")
  # One would be seen, in the middle of a line and across two.
  printf 'See `shim/none.c`, and `make bats\nLANE=both`, `open.c`, `nowhere.h`,\n`tests/bats/none.bats: a test`; `a/b`.\n' \
    >"$BATS_TEST_TMPDIR/bad.md"
  run missing_paths < <(named_paths "$BATS_TEST_TMPDIR/bad.md" | sed 's|^.*/bad|bad|')
  assert_output $'bad.md: shim/none.c\nbad.md: nowhere.h\nbad.md: tests/bats/none.bats'
}

# diffs_of FILE MARKS: the lines of its blocks that are diffs which begin with one of the marks.
diffs_of() {
  sed -n '/^```diff$/,/^```$/{ s/^['"$2"']//p }' "$1"
}

@test "what docs/first-patch.md adds to is there, and what it adds is not, but for who follows it" {
  local file=shim/fs/drvfs/make.c names
  [[ $(diffs_of docs/first-patch.md ' ') == *drvfs_check_new_entry* ]]
  [[ $(<"$file") != *"$(diffs_of docs/first-patch.md ' +')"* ]] || skip "somebody follows it"
  [[ $(<"$file") == *"$(diffs_of docs/first-patch.md ' ')"* ]]
  mapfile -t names < <(grep -oP '^static int \K\w+|^RULE\(DRVFS, \K\w+' docs/first-patch.md)
  none grep -rnw "${names[@]/#/-e}" "${names[@]/#/-eLX_RULE_}" shim policy
}

# broken_links FILE...: "FILE: LINK" for each link to a file that is not there; code has none.
broken_links() {
  local document link
  for document in "$@"; do
    while read -r link; do
      [[ -e ${document%/*}/${link%%#*} ]] || echo "$document: $link"
    done < <(awk '/^ *```/ { code = !code } !code' "$document" | grep -oP '\]\(\K(?!https?:|#)[^)]+')
  done
}

@test "links of documents lead to files, and every design note is in the index" {
  local documents note
  mapfile -t documents < <(documents)
  none broken_links "${documents[@]/#/./}"
  for note in docs/design/*.md; do
    grep -qF "](${note#docs/})" docs/architecture.md || echo "not in the index: $note"
  done >"$BATS_TEST_TMPDIR/found"
  none cat "$BATS_TEST_TMPDIR/found"
  echo '[a](none.md), [b](https://example.org/x), [c](bad.md#part)' >"$BATS_TEST_TMPDIR/bad.md"
  run broken_links "$BATS_TEST_TMPDIR/bad.md"
  assert_output "$BATS_TEST_TMPDIR/bad.md: none.md"
}

@test "the floors of docs/architecture.md are those of this file" {
  local dir
  for dir in shim/cli shim/win shim/report shim/trial shim/bisect shim/matrix "${FLOORS[@]}" policy shim/wsl; do
    echo "$dir: $(allowed_in "$dir" | xargs -n 1 | grep -vxF "${dir##*/}" | sort | xargs)"
  done | sort >"$BATS_TEST_TMPDIR/allowed"
  while IFS='|' read -r _ dir allowed _; do
    # shellcheck disable=SC2086 # words
    echo "${dir//[\` ]/}: $(printf '%s\n' ${allowed//[\`,]/} | sort | xargs)"
  done < <(sed -n '/^| floor/,/^$/{ /^| `/p }' docs/architecture.md) | sort >"$BATS_TEST_TMPDIR/said"
  none diff "$BATS_TEST_TMPDIR/allowed" "$BATS_TEST_TMPDIR/said"
  # The picture says the same of those that stand beside it, and names the file systems there are.
  sed -n '/^```$/,/^```$/{ s/.*\(shim\/[a-z]*\) .*: on \(.*\)/\1 \2/p }' docs/architecture.md | while read -r dir allowed; do
    # shellcheck disable=SC2046 # words
    echo "$dir: $(printf '%s\n' $(tr -d , <<<"${allowed% alone}") | sort | xargs)"
  done >"$BATS_TEST_TMPDIR/drawn"
  (($(wc -l <"$BATS_TEST_TMPDIR/drawn") > 4))
  none grep -vxFf "$BATS_TEST_TMPDIR/allowed" "$BATS_TEST_TMPDIR/drawn"
  # Their names go over as many lines as they need; the top of version 1 of cgroups is a tmpfs, and has no other.
  assert_equal "$(sed -n '/filesystems\.def: /,/,$/{ s/.*filesystems\.def: //; s/[^a-z0-9 ]//g; p }' docs/architecture.md | xargs -n 1 | sort)" \
    "$(sed -nE 's/^FILESYSTEM\(([A-Z0-9]+),.*/\L\1/p' shim/fs/filesystems.def | sort)"
}

@test "the library is compiled by prototypes of libc's without nonnull: checks of null pointers stay" {
  local b=$BATS_TEST_TMPDIR/b command
  needs gcc gcc
  [[ $(getconf GNU_LIBC_VERSION 2>/dev/null) == glibc* ]] || skip "the headers of musl do not say nonnull"
  env -u MAKEFLAGS -u MAKELEVEL make -n B="$b" "$b"/{lib,lib32,musl}/shim/preload/x_cwd.o >"$BATS_TEST_TMPDIR/make"
  (($(grep -cE 'x_cwd\.o";.* -include shim/preload/x_nonnull\.h .*x_cwd\.c' "$BATS_TEST_TMPDIR/make") == 3))
  command=$(sed -nE 's|^.*/lib/shim/preload/x_cwd\.o";(.*) -MMD .*$|\1 -E -P shim/preload/x_*.c|p' "$BATS_TEST_TMPDIR/make")
  bash -c "${command/ -include shim\/preload\/x_nonnull.h/}" >"$BATS_TEST_TMPDIR/without"
  (($(grep -c nonnull "$BATS_TEST_TMPDIR/without") > 1000))
  bash -c "$command" >"$BATS_TEST_TMPDIR/with"
  (($(wc -l <"$BATS_TEST_TMPDIR/with") > 10000))
  none grep nonnull "$BATS_TEST_TMPDIR/with"
}

# The tables of docs/trust.md: "FILE TEST" for each test that holds something, TEST by its first words.
held_by() {
  awk -F ' *[|] *' '/^[|]/ && $3 ~ /`/ {
    n = split($3, parts, /; */)
    for (i = 1; i <= n; i++) {
      if (match(parts[i], /`[^`]*`/)) file = substr(parts[i], RSTART + 1, RLENGTH - 2)
      sub(/^`[^`]*`:? */, "", parts[i])
      print file, parts[i]
    }
  }' "$1"
}

# unheld DOCUMENT: "FILE: TEST" of each that is not there.
unheld() {
  local file name path
  local -A at
  while read -r path; do at[${path##*/}]=$path; done < <(find tests -type f)
  while read -r file name; do
    path=${at[$file]-}
    [[ -n $path && -n $name && $(<"$path") == *"@test \"$name"* ]] || echo "$file: $name"
  done < <(held_by "$1")
}

@test "docs/trust.md names tests that are there, and what each row was seen red without" {
  (($(held_by docs/trust.md | wc -l) > 60))
  none unheld docs/trust.md
  none awk -F ' *[|] *' '/^[|]/ && (NF != 5 || $2 == "" || $3 == "" || $4 == "")' docs/trust.md
  printf '| a | `none.bats`: x | b |\n| a | `sources.bats`: nothing of that name; docs/trust.md names | b |\n' \
    >"$BATS_TEST_TMPDIR/bad.md"
  run unheld "$BATS_TEST_TMPDIR/bad.md"
  assert_output $'none.bats: x\nsources.bats: nothing of that name'
}
