# SPDX-License-Identifier: MIT
# Rows of reports: steps, and what they answer natively and on a drive of a profile.

load helpers

setup() {
  needs python3 python3
  REPORTS=()
}

# Steps are Python. They print what is to be seen; `errno(CALL, ...)` is the result, or the error in words.
PRELUDE='
import ctypes, errno as _errno, fcntl, os, socket, stat, struct, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def errno(call, *args):
    try:
        return call(*args)
    except OSError as e:
        return os.strerror(e.errno)
def c(name, *args):
    r = getattr(libc, name)(*args)
    if r < 0: raise OSError(ctypes.get_errno(), "")
    return r
def write(name, text="text", mode="w"):
    with open(name, mode) as f: f.write(text)
def sh(command):
    print(subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout, end="")
def windows(*words, input=None):
    return subprocess.run([os.environ["LXSHIM"], "win", *words], input=input, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env=dict(os.environ, LXSHIM_POLICY=os.environ["WINDOWS"])).stdout
def place(name):
    return "C:\\test\\" + os.path.basename(os.getcwd()) + "\\" + name
def tagged(name, tag, directory=False, text="", data=b""):
    if directory: os.mkdir(name)
    else: write(name, text)
    said = windows("nt", input="open h %s access=read,write options=open-reparse-point\nreparse-set h 0x%s\n" %
        (place(name), (struct.pack("<IHH", tag, len(data), 0) + data).hex()))
    if said.count("STATUS_SUCCESS") != 2: print(said)
def holds(name):
    holder = subprocess.Popen([os.environ["LXSHIM"], "win", "hold", "--until-stdin-closes", "--access", "read,write", "--share", "none",
        place(name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ, LXSHIM_POLICY=os.environ["WINDOWS"]))
    holder.stdout.readline()
    return holder
def alias(name):
    tagged(name, 0x8000001b, data=struct.pack("<I", 3) + "\0".join(["family", "app", "target", "0", ""]).encode("utf-16le"))
def events(watch):
    try: data = os.read(watch, 4096)
    except BlockingIOError: data = b""
    names = {1: "ACCESS", 2: "MODIFY", 4: "ATTRIB", 8: "CLOSE_WRITE", 16: "CLOSE_NOWRITE", 32: "OPEN", 256: "CREATE", 512: "DELETE",
        1024: "DELETE_SELF"}
    found = []
    while data:
        mask, length = struct.unpack("II", data[4:8] + data[12:16])
        found.append("+".join(names[bit] for bit in names if mask & bit) or hex(mask))
        data = data[16 + length:]
    return " ".join(found)
for number, steps in enumerate(open(os.environ["ROWS"]).read().split("\f")[:-1]):
    os.mkdir("row%d" % number)
    os.chdir("row%d" % number)
    try:
        exec(steps, dict(globals()))
    except Exception as e:
        print("failed:", repr(e))
    os.chdir(os.environ["TOP"])
    print("\f", end="", flush=True)
'

# report ID: a row, read from standard input: steps, "-- native", its answer, "-- drive", its answer.
report() {
  local text
  text=$(cat)
  REPORTS+=("$1" "${text%%$'\n-- native'*}" "${text#*-- native}" "${text#*-- drive}")
}

# put WORD TEXT: in the answers of the last row.
put() {
  local i
  for i in -2 -1; do
    REPORTS[i]=${REPORTS[i]/$1/$2}
  done
}

# rows_of OUTPUT: an answer per row, in ROWS_OF.
rows_of() {
  mapfile -d $'\f' -t ROWS_OF <<<"$1"
}

# policy_of PROFILE DIR [KEY=VALUE]...: DIR.json, as policy_for has it.
policy_of() {
  policy_for "${@:2}" >"$2.json"
  sed -i "s/\"version\": 1,/\"version\": 1, \"profile\": \"$1\",/" "$2.json"
}

# on_drive PROFILE [KEY=VALUE]...: all rows since the last one, natively and by the profile.
on_drive() {
  local profile=$1 i native drive rows=$BATS_TEST_TMPDIR/rows.$1 dir
  local -a natively
  : >"$rows"
  for ((i = 0; i < ${#REPORTS[@]}; i += 4)); do
    printf '%s\f' "${REPORTS[i + 1]}" >>"$rows"
  done
  dir=$(fresh native)
  policy_of "$profile" "$dir" "${@:2}"
  run env -C "$dir" TOP="$dir" ROWS="$rows" WINDOWS="$dir.json" python3 -c "$PRELUDE"
  # shellcheck disable=SC2154 # run sets it
  rows_of "$output"
  natively=("${ROWS_OF[@]}")
  dir=$(fresh drive)
  policy_of "$profile" "$dir" "${@:2}"
  run env -C "$dir" TOP="$dir" ROWS="$rows" WINDOWS="$dir.json" LXSHIM_POLICY="$dir.json" "${SHIM[@]}" python3 -c "$PRELUDE"
  rows_of "$output"
  for ((i = 0; i < ${#REPORTS[@]}; i += 4)); do
    native=${REPORTS[i + 2]%%$'\n-- drive'*} drive=${REPORTS[i + 3]}
    assert_equal "${REPORTS[i]} natively:"$'\n'"${natively[i / 4]-}" "${REPORTS[i]} natively:$native"$'\n'
    assert_equal "${REPORTS[i]} by $profile:"$'\n'"${ROWS_OF[i / 4]-}" "${REPORTS[i]} by $profile:$drive"$'\n'
  done
  REPORTS=()
}
