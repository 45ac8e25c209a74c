#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Reports of what was refused: of a run, and of a trace, each read by somebody else's reader where there is one.

load helpers

# A run with two denials that it fails over, and one that mv expects. Each form has to escape the name's characters;
# NTFS has none of them, and a name is told as it was typed.
FAILING='mkdir "a<&\"1>"; touch "a<&\"1>/f"; exec 3<"a<&\"1>/f"; perl -e "rename \$ARGV[0], q(b)" "a<&\"1>"
  mkfifo p; mv -n "a<&\"1>/f" g; exit 3'

setup() {
  needs jq jq
  needs perl perl
  D=$(fresh)
  cd "$D" || return
}

# failing ARGUMENT...: that run, with more arguments of lxshim run; its own output is lost.
failing() {
  run --separate-stderr "$LXSHIM" run -q "$@" -- bash -c "$FAILING"
}

@test "natively nothing is refused; in a drive each refusal is a kind, by rule and level" {
  native 'mkdir a; touch a/f; exec 3<a/f; mv a b && mkfifo p && ls'
  assert_output "b
p"
  failing --report json
  assert_failure 3
  run jq -r '.status, .refused, (.kinds[] | [.level, .rule, .call, .result, .program, .times] | @tsv)' <<<"$output"
  assert_output "3
3
error	rename.open_descendant	rename	EACCES	perl	1
error	special.fifo	mknod	EPERM	mkfifo	1
note	rename.flags	rename	EINVAL	mv	1"
}

@test "what the command coped with is a note; of a trace nobody knows, and it is a warning" {
  run "$LXSHIM" run -q --trace ../trace --report json:../report.json -- sh -c 'mkfifo p; true'
  assert_success
  run jq -r '.kinds[] | .level' ../report.json
  assert_output "note"
  run "$LXSHIM" report json ../trace
  assert_success
  run jq -r '(.command | tostring), (.kinds[] | .level)' <<<"$output"
  assert_output "null
warning"
}

@test "who holds the file, what usually helps, and the evidence are told" {
  failing --report json
  run jq -r '.kinds[0] | (.holders[] | select(.comm == "bash") | .by), .cure, .evidence, .sentence' <<<"$output"
  assert_line --index 0 "descriptor"
  assert_line --partial "before it is renamed"
  assert_line --partial "WSL#1529"
  assert_line 'rename a<&"1> to b was refused with EACCES by rename.open_descendant'
}

@test "whose child it was, and who holds the file, in every form" {
  local form said
  # npm's are sh, and there is more than one: perl is no shell, and execs nothing of itself.
  local command='mkdir a; exec 3>a/f; perl -e "system(q(perl -e \"rename q(a),q(b)\" || true))"; exit 1'
  while IFS='|' read -r form said; do
    run --separate-stderr "$LXSHIM" run -q --report "$form" -- bash -c "$command"
    assert_failure 1
    run grep -E "$said" <<<"$output"
    assert_success
  done <<'END'
json|"chain": ?"bash > perl > sh > perl"
json|"holders": ?\[[{] ?"comm": ?"bash"
sarif|to bash > perl > sh > perl; held by bash \(pid [0-9]+, descriptor\)
junit|^by bash &gt; perl &gt; sh &gt; perl$
junit|^held by bash \(pid
github|\(bash > perl > sh > perl, 1x\); held by bash \(pid
gitlab|to bash > perl > sh > perl; held by bash \(pid
tap|^  chain: "bash > perl > sh > perl"$
tap|^  holders: "bash \(pid
markdown|\| bash > perl > sh > perl \| bash \(pid
html|<td>bash &gt; perl &gt; sh &gt; perl</td><td>bash \(pid
END
}

@test "--stacks: who made the call, by function, file and line; the place is the project's own line" {
  needs gcc gcc
  needs /usr/include/elfutils/libdwfl.h libdw-dev
  mkdir src
  cat >src/deep.c <<'END'
#include <stdio.h>
#include <sys/stat.h>
__attribute__((noinline)) int deep(const char *name) {
  return printf("%d\n", mkfifo(name, 0600));
}
int main(int argc, char **argv) {
  return deep(argv[argc - 1]) + deep(argv[argc - 1]) == 4;
}
END
  # Code that has a frame pointer, and code that has none.
  gcc -g -O0 -o ../slow src/deep.c
  gcc -g -O2 -o ../quick src/deep.c
  native "'$D/../quick' p; rm p"
  assert_output "0
-1"
  "$LXSHIM" run -q --lane supervisor --require-complete -- true 2>/dev/null || skip "the supervisor cannot be had here"
  for program in ../slow ../quick; do
    run --separate-stderr "$LXSHIM" run -q --stacks --trace ../t --report json:../r.json --report github -- "$program" p
    assert_line --index 0 -- -1
    assert_line --index 1 -- -1
    assert_line --regexp '^::.* file=src/deep.c,line=[45],title=special.fifo::.*, at .*deep.* \(src/deep.c:[45]\) < main \(src/deep.c:[67]\) \('
    run jq -r '.kinds[0].stack[] | select(.file | startswith("src/")) | [.function, .file, .in] | @tsv' ../r.json
    assert_line --regexp "^deep.*	src/deep.c	.*/${program##*/}$"
    assert_line --regexp "^main	src/deep.c	.*/${program##*/}$"
    # One for each, the last one before the run ends.
    assert_equal "$(jq -s '[.[] | select(.stack)] | length' ../t)" 2
    rm ../t
  done
  # In the middle of signals, which may end its call, it has no other answer.
  run "$LXSHIM" run -q --stacks --report json:../r.json -- perl -e '$SIG{ALRM} = sub { $n++ }; use Time::HiRes "ualarm"; ualarm(100, 100);
    use POSIX; for (1 .. 40) { mkfifo("p", 0600) and die; $! == EPERM or $! == EINTR or die "$!" } ualarm(0); print -e "p" ? "made" : "fine"'
  assert_output fine
  run "$LXSHIM" run -q --stacks --lane both --trace ../t -- touch ran
  assert_failure 125
  assert_output "lxshim: --stacks sees calls by the supervisor alone, and --lane=both by the library, too; leave it out"
  run "$LXSHIM" run -q --stacks -- touch ran
  assert_output "lxshim: --stacks writes to the trace: it wants --trace or --report"
  assert_not_exist ran
}

@test "a command that fails over altered answers alone: every form says so" {
  local form steps='touch f; test "$(stat -c %a f)" = 644'
  native "$steps"
  assert_success
  for form in json sarif junit github gitlab tap markdown html; do
    run --separate-stderr "$LXSHIM" run -q --report "$form" -- sh -c "$steps"
    assert_failure 1
    assert_output --regexp 'nothing was refused that programs do not expect: answers were altered by (mode\.fixed|stat\.)'
    run --separate-stderr "$LXSHIM" run -q --report "$form" -- sh -c "$steps; mkfifo p; exit 1"
    refute_output --partial 'answers were altered'
    run --separate-stderr "$LXSHIM" run -q --report "$form" -- sh -c "$steps; true"
    refute_output --partial 'answers were altered'
  done
}

@test "a call that an override allows, and Linux refuses, is nobody's refusal" {
  echo '{"version": 1, "overrides": [{"when": {"op": ["rmdir", "mknod"]}, "then": {"allow": true}},
    {"when": {"op": "rename"}, "then": {"delay": 1}}]}' >../p.json
  local steps='mkdir -p a/b; mkfifo p; rmdir a 2>/dev/null; perl -e "rename q(x), q(y)"; [ -p p ]'
  native "$steps"
  assert_success
  run "$LXSHIM" run --policy ../p.json --report json:../r.json --trace ../trace -- sh -c "$steps"
  assert_success
  assert_line --regexp '^  overrides +0 +3 '
  assert_equal "$(jq -c '[.refused, .kinds]' ../r.json)" '[0,[]]'
  assert_equal "$("$LXSHIM" report json ../trace | jq -c '[.refused, .kinds]')" '[0,[]]'
  run jq -r 'select(.outcome == "overridden") | [.call, .result, .let] | @tsv' ../trace
  assert_output "mknod	0	true
rmdir	ENOTEMPTY	true
rename	ENOENT	true"
}

@test "the command is told as a shell takes it, in Markdown as it is" {
  run --separate-stderr "$LXSHIM" run -q --report json:../r.json --report markdown -- sh -c 'mkfifo "a  *b*"; echo `:`' "it's" plain
  assert_line "\`\` sh -c 'mkfifo \"a  *b*\"; echo \`:\`' 'it'\\''s' plain \`\` ended with status 0, by the rules of drvfs."
  assert_equal "$(jq -r .command ../r.json)" "sh -c 'mkfifo \"a  *b*\"; echo \`:\`' 'it'\\''s' plain"
}

@test "observe mode: the same report, of what would have been refused" {
  run --separate-stderr "$LXSHIM" run -q --observe --report tap -- mkfifo p
  assert_success
  assert_line "ok 1 - mknod p would have been refused with EPERM by special.fifo"
  # An answer that would have been another one is no refusal, nor is Linux's own. Of a rename with a flag the rule counts
  # that a program comes to when it tries again without.
  run --separate-stderr "$LXSHIM" run -q --observe --report json -- \
    sh -c ': >f; stat f >/dev/null; chmod 600 f; mkfifo f; mkdir d; exec 3>d/x; mv d e'
  run jq -r '.refused, .kinds[].sentence, .kinds[].chain' <<<"$output"
  assert_output "1
rename d to e would have been refused with EACCES by rename.open_descendant
sh > mv"
}

@test "bytes that are no text, in names, words and programs: each form is what its readers take" {
  local form orders=()
  needs python3 python3
  for form in sarif junit github gitlab tap json markdown html; do orders+=(--report "$form:../r.$form"); done
  # Not UTF-8, half of a pair, what XML and terminals do not take.
  run "$LXSHIM" run -q "${orders[@]}" -- bash -c 'printf "a\377\33" >/proc/self/comm; mkfifo "$1" "$2" d; exit 3' \
    $'x\377%s\\n'"'" $'\xef\xbf\xbf\xed\xa0\x80' $'\xef\xbf\xbe\e[31m'
  assert_failure 3
  run python3 - <<'EOF'
import json, xml.dom.minidom
for form in "sarif junit github gitlab tap json markdown html".split():
    text = open("../r." + form, "rb").read().decode("utf-8")
    if form in ("sarif", "gitlab", "json"): json.loads(text)
    if form == "junit": xml.dom.minidom.parseString(text)
    if form == "junit": assert "\uffff" not in text
    assert not any(c < " " and c not in "\t\n" for c in text), form
EOF
  assert_success
  assert_output ""
  # The command is told so that a shell has the same bytes of it.
  run bash -c 'eval "set -- $(jq -r .command ../r.json)"; printf "%s\n" "${@:4}"'
  assert_output $'x\377%s\\n'"'"$'\n\xef\xbf\xbf\xed\xa0\x80\n\xef\xbf\xbe\e[31m'
}

@test "an override's refusal has its note" {
  printf '{"version": 1, "overrides": [{"when": {"op": "mkdir"}, "then": {"errno": "ENOSPC"}, "note": "full"}]}' >p.json
  run --separate-stderr "$LXSHIM" run -q --policy p.json --report json -- mkdir x
  assert_failure
  run jq -r '.kinds[] | .rule, .result, .note' <<<"$output"
  assert_output "overrides
ENOSPC
full"
}

@test "--fail-on: rules, what no program expects, never; an unknown one is named" {
  run --separate-stderr "$LXSHIM" run -q --fail-on denied -- sh -c 'mkfifo p; true'
  assert_failure 1
  # shellcheck disable=SC2154 # run sets it
  assert_equal "${stderr##*$'\n'}" "lxshim: the command succeeded; --fail-on=denied fails it"
  run "$LXSHIM" run -q --fail-on special.socket,special.fifo -- sh -c 'mkfifo p; true'
  assert_failure 1
  run "$LXSHIM" run -q --fail-on denied -- sh -c 'touch a; mv -n a b'
  assert_success
  run "$LXSHIM" run -q --fail-on never -- sh -c 'mkfifo p; true'
  assert_success
  run "$LXSHIM" run -q --fail-on denied -- sh -c 'mkfifo p; exit 7'
  assert_failure 7
  run "$LXSHIM" run -q --fail-on special.fifi -- touch ran
  assert_failure 125
  assert_output 'lxshim: unknown --fail-on "special.fifi": rules, "denied" or "never"; see lxshim policy rules'
  run "$LXSHIM" run -q --fail-on= -- true # it would fail on nothing
  assert_failure 125
  assert_output 'lxshim: unknown --fail-on "": rules, "denied" or "never"; see lxshim policy rules'
  assert_not_exist ran
}

@test "sarif: as code scanning wants it" {
  needs python3 python3
  failing --report sarif:../r.sarif
  run python3 - ../r.sarif <<'EOF'
import json, sys
log = json.load(open(sys.argv[1]))
assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
(run,) = log["runs"]
driver = run["tool"]["driver"]
rules = {rule["id"]: rule for rule in driver["rules"]}
assert len(rules) == len(driver["rules"]), "a rule is there twice"
for rule in rules.values():
    for text in "shortDescription", "fullDescription", "help":
        assert 0 < len(rule[text]["text"]) <= 1024
prints = set()
for result in run["results"]:
    assert result["ruleId"] in rules and result["level"] in ("error", "warning", "note")
    assert result["message"]["text"]
    place = result["locations"][0]["physicalLocation"]
    assert not place["artifactLocation"]["uri"].startswith("/") and place["region"]["startLine"] >= 1
    assert not set('<>" ') & set(place["artifactLocation"]["uri"])
    prints.add(result["partialFingerprints"]["primaryLocationLineHash"])
assert len(prints) == len(run["results"])
def empty(value):
    if isinstance(value, dict):
        return any(empty(v) for v in value.values())
    return any(map(empty, value)) if isinstance(value, list) else value == ""
assert not empty(log), "an empty string"
print(len(prints), run["automationDetails"]["id"])
EOF
  assert_output "3 lxshim/drvfs/"
}

@test "fingerprints are the same from run to run, whatever is in digits" {
  run "$LXSHIM" run -q --report json:../1.json -- sh -c 'mkfifo tmp.123; mkfifo other'
  run "$LXSHIM" run -q --report json:../2.json -- sh -c 'mkfifo tmp.45678; mkfifo other'
  assert_equal "$(jq -S '[.kinds[].fingerprint] | sort' ../1.json)" "$(jq -S '[.kinds[].fingerprint] | sort' ../2.json)"
  run "$LXSHIM" run -q --report json:../3.json -- sh -c 'mkfifo tmp.1; mkfifo tmp.2'
  assert_equal "$(jq '[.kinds[].fingerprint] | unique | length' ../3.json)" 2
}

@test "junit: a packaged reader finds the command and each kind" {
  needs python3 python3
  needs py:junitparser python3-junitparser
  failing --report junit:../r.xml
  run python3 - ../r.xml <<'EOF'
import sys
from junitparser import Failure, JUnitXml
suites = list(JUnitXml.fromfile(sys.argv[1]))
cases = [case for suite in suites for case in suite]
print(len({(case.classname, case.name) for case in cases}), suites[0].failures)
for case in cases:
    failed = [r for r in case.result if isinstance(r, Failure)] if isinstance(case.result, list) else case.result
    print(case.classname, "failed" if failed else "passed")
EOF
  assert_output "4 3
lxshim.command failed
lxshim.rename.open_descendant failed
lxshim.special.fifo failed
lxshim.rename.flags passed"
}

@test "tap: prove agrees on what failed" {
  needs prove perl
  failing --report tap:../r.tap
  # It knows no version after 13, of which the next one is an extension.
  sed -i 's/^TAP version 14$/TAP version 13/' ../r.tap
  run prove -e cat ../r.tap
  assert_failure
  assert_line --partial "Failed tests:  1-2"
  assert_line --partial "Tests: 3 Failed: 2"
  "$LXSHIM" run -q --report tap -- true | sed 's/^TAP version 14$/TAP version 13/' >../r.tap
  run prove -e cat ../r.tap
  assert_success
  assert_line --partial "skipped: no call was refused"
}

@test "github: ten annotations of a level, the rest is counted; the step's page is appended to" {
  echo "# mine" >../page
  GITHUB_STEP_SUMMARY=$D/../page run --separate-stderr "$LXSHIM" run -q --report github -- \
    sh -c 'for i in a b c d e f g h i j k l; do mkfifo "$i,:%"; done; exit 1'
  assert_failure 1
  assert_line --index 0 "::group::lxshim: 12 calls were refused, of 12 kinds"
  assert_equal "$(grep -c '^::error file=' <<<"$output")" 10
  assert_line --regexp '^::error file=.%2C%3A%25,line=1,title=special\.fifo::mknod .,:%25 was refused with EPERM '
  assert_line "2 further kinds have no annotation: a step may have 10 of each level"
  assert_equal "${lines[-1]}" "::endgroup::"
  run head -3 ../page
  assert_output "# mine
<!-- lxshim -->
### lxshim: 12 calls were refused, of 12 kinds"
  # A page of more than 1 MiB is lost as a whole.
  head -c 1048300 /dev/zero | tr '\0' x >../page
  GITHUB_STEP_SUMMARY=$D/../page run --separate-stderr "$LXSHIM" run -q --report github -- mkfifo p
  assert_line "::warning title=lxshim::the summary of the step could not be written: there is no room for it in 1 MiB"
  assert_equal "$(stat -c %s ../page)" 1048300
}

@test "gitlab: an array of issues; an empty one where there are none" {
  failing --report gitlab:../r.json
  run jq -r '.[] | [.check_name, .severity, .location.lines.begin] | @tsv' ../r.json
  assert_output "lxshim/rename.open_descendant	major	1
lxshim/special.fifo	major	1
lxshim/rename.flags	info	1"
  run "$LXSHIM" run -q --report gitlab:../r.json -- true
  assert_success
  assert_equal "$(cat ../r.json)" "[]"
  mkdir again && cd again
  failing --report gitlab:"$D/../r.json"
  assert_failure 3
  assert_equal "$(jq length "$D/../r.json")" 3
}

@test "markdown and html: names mean only themselves" {
  failing --report markdown --report html:../r.html
  assert_line --partial 'rename a\<&"1> to b was refused'
  assert_line "**\`special.fifo\`** mkfifo and mknod of a FIFO without metadata.  "
  run grep -c 'a&lt;&amp;&quot;1&gt;' ../r.html
  assert_output 2
  run grep -cE '(src|href|url)[=(]' ../r.html # nothing is fetched
  assert_output 0
}

@test "html: a browser filters by rule and draws a point for each call" {
  needs chromium chromium
  failing --report html:../r.html
  # The page's own functions, as if somebody had chosen a rule.
  sed 's|</body>|<script>document.getElementById("rule").value="special.fifo";show()</script></body>|' ../r.html >../chosen.html
  run timeout 300 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$BATS_TEST_TMPDIR/profile" \
    --virtual-time-budget=2000 --dump-dom "file://$(realpath ..)/chosen.html"
  assert_success
  assert_equal "$(grep -o '<circle' <<<"$output" | wc -l)" 1
  assert_equal "$(grep -o '<tr[^>]*hidden' <<<"$output" | wc -l)" 2
}

@test "a file that is not ours is kept; a report of an earlier run is replaced" {
  echo mine >../notes
  run "$LXSHIM" run -q --report json:../notes -- touch ran
  assert_failure 125
  assert_output "lxshim: ../notes is no json report of ours: name another file, or remove it"
  assert_not_exist ran
  assert_equal "$(cat ../notes)" mine
  run "$LXSHIM" run -q --report sarif:missing/r.sarif -- touch ran
  assert_failure 125
  assert_output "lxshim: cannot write the report to missing/r.sarif: No such file or directory"
  for format in sarif junit gitlab tap json markdown html; do
    run "$LXSHIM" run -q --report "$format:../r.$format" -- sh -c 'mkfifo p; exit 4'
    assert_failure 4
    run "$LXSHIM" run -q --report "$format:../r.$format" -- sh -c 'mkfifo p; exit 5'
    assert_failure 5
  done
  run "$LXSHIM" run -q --report jnit -- touch ran
  assert_failure 125
  assert_output 'lxshim: unknown format of reports "jnit"; did you mean "junit"? See lxshim help reports'
  run "$LXSHIM" report text ../trace
  assert_failure 2
  assert_output 'lxshim: unknown format of reports "text", expected one of sarif, junit, github, gitlab, tap, json, markdown, html; see lxshim help reports'
  TMPDIR=/no/such run "$LXSHIM" run -q --report tap -- touch ran
  assert_failure 125
  assert_output "lxshim: cannot keep what is reported in /no/such: No such file or directory; TMPDIR chooses another directory"
}

@test "a report that finds no room: said, and the old one is whole" {
  needs_mounts
  run unshare -m bash -c 'mkdir full && mount -t tmpfs -o size=64k none full && cd full &&
    "$LXSHIM" run -q --report json:r.json -- true && cp r.json ../before &&
    { head -c 60000 /dev/zero >filler; true; } &&
    "$LXSHIM" run -q --report json:r.json -- bash -c "for i in {1..60}; do mkfifo long.name.of.a.fifo.\$i; done; true"
    echo $?; cmp r.json ../before && ls'
  assert_line --partial "cannot write the report to r.json: No space left on device"
  assert_line 125
  assert_equal "${lines[-1]}" r.json
  # What is kept for a report finds none either: it may not say that all went well.
  run unshare -m bash -c 'mkdir place && mount -t tmpfs -o size=64k none place && { cat /dev/zero >place/filler; true; } 2>/dev/null
    TMPDIR=$PWD/place "$LXSHIM" run -q --fail-on denied -- sh -c "mkfifo p 2>/dev/null; true"
    echo $?'
  assert_line --regexp "^lxshim: the report lacks [0-9]+ lines? that could not be kept in .*/place: No space left on device; TMPDIR chooses another directory$"
  assert_equal "${lines[-1]}" 125
}

@test "a trace that was cut, words that are no trace's, and one that is empty" {
  needs python3 python3
  run "$LXSHIM" run -q --trace ../trace -- sh -c 'mkfifo p; mkfifo q; true'
  head -c -20 ../trace >../cut
  echo 'no line' >>../cut
  run "$LXSHIM" report markdown ../cut
  assert_success
  assert_line --regexp '^> 1 of the trace.s [0-9]+ lines could not be read: a run that was killed leaves such\. $'
  run "$LXSHIM" report json /etc/passwd
  assert_failure 1
  assert_output --regexp '^lxshim: /etc/passwd is no trace: none of its [0-9]+ lines is one of a trace$'
  # Names that look like what is told of a call, and a line that goes on in another one.
  run "$LXSHIM" run -q --trace ../names -- sh -c ': >"x,altered:[mode.fixed"; stat "x,altered:[mode.fixed"'
  python3 - ../names <<'EOF' >../odd
import json, sys
lines = [l for l in open(sys.argv[1]) if '"altered"' in l]
for i in range(3):
    for l in lines:
        sys.stdout.write(l.replace(',altered:[mode.fixed', r'\",\"altered\":[\"mode.fixed\",\"outcome\":\"altered\"'))
sys.stdout.write(lines[0][:90] + lines[0])
count = {}
for l in lines:
    for rule in json.loads(l)["altered"]: count[rule] = count.get(rule, 0) + 3
print(json.dumps([count, 1], sort_keys=True), file=open("../expected", "w"))
EOF
  run bash -c '"$0" report json ../odd | jq -cS "[.altered, .trace.damaged]"' "$LXSHIM"
  assert_output "$(jq -cS . ../expected)"
  : >../empty
  run "$LXSHIM" report markdown ../empty
  assert_success
  assert_line "### lxshim: no call was refused"
  run "$LXSHIM" report json ../not-there
  assert_failure 1
  assert_output "lxshim: cannot read ../not-there: No such file or directory"
  run bash -c '"$0" report json - <../trace | jq .refused' "$LXSHIM"
  assert_output 2
}

@test "a long trace takes little memory, and kinds beyond those that are kept are counted" {
  needs python3 python3
  run "$LXSHIM" run -q --trace ../trace -- mkfifo p
  python3 - ../trace >../long <<'EOF'
import sys
line = [l for l in open(sys.argv[1]) if '"denied"' in l][0]
for i in range(30000):
    sys.stdout.write(line.replace('["p"]', '["%d"]' % i))
EOF
  run bash -c 'ulimit -v 65536; "$0" report json ../long | jq -c "[.refused, .trace.left_out, (.kinds | length)]"' "$LXSHIM"
  assert_output "[30000,25000,5000]"
  # Those of kinds that are kept are still known: by other words of what tells no kinds apart, and by another spelling.
  python3 - ../trace <<'EOF' >>../long
import sys
line = [l for l in open(sys.argv[1]) if '"denied"' in l][0].rstrip()
altered = line[:-1] + ',"altered":["mode.fixed"]}'
for fresh in (altered, altered, altered.replace('"mode":', '"mode":1'), line.replace('["p"]', '["./7"]')):
    print(fresh.replace('["p"]', '["7"]'))
print(altered.replace('["p"]', r'["\u0037"]'))
print(line.replace('["p"]', r'["\"rule\":"]'))
print(line[:90] + altered.replace('["p"]', '["7"]'))
EOF
  run bash -c '"$0" report json ../long | jq -c "[.refused, .trace.left_out, .trace.damaged, .altered, (.kinds[] | select(.paths == [\"7\"]).times)]"' "$LXSHIM"
  assert_output '[30006,25001,1,{"mode.fixed":4},6]'
  # Nor does one without a line's end.
  cp ../trace ../endless
  truncate -s 100M ../endless
  run bash -c 'ulimit -v 65536; "$0" report json ../endless | jq -c "[.refused, (.trace.damaged > 0)]"' "$LXSHIM"
  assert_output "[1,true]"
}
