/* SPDX-License-Identifier: MIT */
/* lxshim help: a few topics, in short; the man pages have it all. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "policy/nearest.h"

static const struct {
    const char *name;
    const char *summary;
    const char *text;
} topics[] = {
    {"run", "running a command",
     "lxshim run -- COMMAND makes the current directory a Windows drive, in place, and runs "
     "COMMAND "
     "with the rules of the profile drvfs. Its children have the same rules, whatever they do to "
     "their environment.\n"
     "\n"
     "  lxshim run -- make\n"
     "  lxshim run --profile wsl1-1903 -- git rebase main\n"
     "  lxshim run --set unlink.open_file=deny -- npm install\n"
     "  lxshim run --mount drvfs:C::/mnt/c:./drive -- ls /mnt/c\n"
     "\n"
     "The exit status is COMMAND's, and so is the signal it dies of. Signals sent to lxshim are "
     "passed on, and a stopped COMMAND stops lxshim. A summary at the end says what the rules "
     "denied and altered, and the first line says which policy it is; --quiet leaves out both.\n"},
    {"wsl", "a session of WSL",
     "lxshim wsl -- COMMAND runs COMMAND as \"lxshim run\" does, and has it find what programs "
     "find "
     "in WSL outside drives: its kernel in uname and /proc, its environment, its drives.\n"
     "\n"
     "  lxshim wsl --policy p.json -- npm test\n"
     "  lxshim wsl --policy p.json --era wsl1-1903 --cd 'C:\\src' -- make\n"
     "  lxshim wsl --policy p.json --set identity.kernel=off -- ./configure\n"
     "\n"
     "p.json says the volumes: {\"version\": 1, \"volumes\": {\"C:\": {\"backing\": \"drive\"}}}. "
     "Each "
     "with a letter is mounted below automount.root of /etc/wsl.conf with automount.options, "
     "unless "
     "automount.enabled is false or it is mounted already; lines of type drvfs in /etc/fstab come "
     "before. A directory of automount.root that is missing is there as long as the session. "
     "filesystem.umask is the command's; wsl2.virtiofs of a .wslconfig on drive C: chooses "
     "wsl2-virtiofs where nothing names an era. --etc reads both files elsewhere. What is damaged "
     "is skipped with a warning. Neither "
     "root nor a namespace is needed: drives that cannot be mounted are translated.\n"
     "\n"
     "WSLENV names variables, divided by colons, with flags behind a slash. /p is a path and /l a "
     "list of paths, and either is translated to Linux': what leads nowhere is left out of a list, "
     "and a variable of which nothing is left is not there. /u is for Linux alone, as all of them "
     "are here, and changes nothing; one with /w, for Windows alone, is not there; one that is not "
     "set is there, and empty. "
     "interop.appendWindowsPath has "
     "Windows' directories appended to PATH where drive C: is "
     "mounted. The environment is otherwise the caller's; HOME, USER, LOGNAME and SHELL are set "
     "where it has none, and by --user, or user.default, to that user's. Over 9p drives have "
     "symlinkroot= by automount.root, where absolute links of "
     "Windows' lead.\n"
     "\n"
     "Programs of Windows' on a drive go to whom the policy names: "
     "{\"interop\": {\"handler\": \"wine\"}}; with \"stubs\": true there are cmd.exe, "
     "powershell.exe, explorer.exe and clip.exe, which do nothing but tell \"record\" how they "
     "were called; their directories can be entered. --root has a directory for /, with a "
     "directory run in it, by root's right or in "
     "a user namespace; on WSL1 it is of VolFs, lxfs or wslfs by era. A policy goes along where it "
     "is named. Where neither can be had, or with --bind=never, its paths are translated: then its "
     "programs are run by its own ld.so, static ones need the supervisor, and libc's own look into "
     "/etc is the host's by the library alone. "
     "boot.command is run by root, for others as user 0 of a user namespace, or where the kernel "
     "refuses one by the session's user, after a line that says so.\n"
     "\n"
     "The kernel refuses user namespaces where user.max_user_namespaces or "
     "kernel.unprivileged_userns_clone is 0, where "
     "kernel.apparmor_restrict_unprivileged_userns is 1, in a chroot, and by a container's seccomp "
     "profile (docker run --security-opt seccomp=unconfined). sysctl shows these, and root may set "
     "them.\n"},
    {"gallery", "bugs to look at",
     "lxshim gallery runs bugs that users of WSL have reported, and says whether each answers here "
     "as it did there; lxshim gallery BUG shows one: its lines, what plain Linux says, what the "
     "drive says, and the fix.\n"
     "\n"
     "  lxshim gallery --list\n"
     "  lxshim gallery rename-npm\n"
     "  lxshim gallery --from DIRECTORY\n"
     "\n"
     "A bug is a directory: bug.sh (for bash, in an empty directory; its first comment says what "
     "it "
     "is about, \"# reported:\" where, \"# needs:\" which commands it takes, \"# user:\" whether "
     "root or an ordinary one), policy.json, linux.txt and wsl.txt with what it prints there, and "
     "fix.sh, which prints linux.txt on both. A last line has the exit status where it is not 0. A "
     "mount of the policy has \"drive\" as its target, and belongs to the caller unless it says "
     "uid=.\n"
     "\n"
     "To play with one, copy its directory:\n"
     "\n"
     "  mkdir drive; cd drive; lxshim run --policy ../policy.json -- bash ../bug.sh\n"},
    {"policy", "what a policy looks like",
     "A policy is JSON. The least one, and a useful one:\n"
     "\n"
     "  {\"version\": 1}\n"
     "\n"
     "  {\"version\": 1,\n"
     "   \"profile\": \"wsl1-1809\",\n"
     "   \"mounts\": [{\"type\": \"drvfs\", \"source\": \"C:\", \"target\": \"/mnt/c\",\n"
     "               \"backing\": \"drive\", \"options\": \"uid=1000,gid=1000\"}],\n"
     "   \"rules\": {\"rename.open_target\": \"posix\"}}\n"
     "\n"
     "Its keys are version, profile, extends, volumes, shares, mounts, rules, overrides, scanner, "
     "mode, trace, windows, interop and latency; "
     "\"//\" is "
     "a "
     "comment. Paths are relative to the file. \"lxshim policy check FILE\" finds mistakes, "
     "\"lxshim policy show FILE\" says what holds and why, and \"lxshim policy schema\" is for "
     "your "
     "editor. lxshim-policy(5) has it all.\n"
     "\n"
     "A .lxshim.json that is only found in the current directory may choose rules, overrides, and "
     "drives and a trace below that directory (or a drive at a missing or empty /mnt/c). More is "
     "refused, and one that others may have written is not obeyed by root, and chooses no places "
     "for others. Name it with --policy or LXSHIM_POLICY, or \"lxshim policy trust\" its "
     "directory.\n"},
    {"rules", "what rules are, and which value wins",
     "A rule is a named switch: what DrvFs does, and when. \"lxshim policy rules\" lists them, "
     "\"lxshim explain RULE\" tells of one, and \"lxshim policy show\" says which value holds and "
     "where it came from. The later wins:\n"
     "\n"
     "  the default, which is the profile drvfs\n"
     "  the profile, with the profiles it extends\n"
     "  the policies that a policy extends\n"
     "  the profile on the kind of the mount's volume, and on metadata\n"
     "  \"rules\" of the policy\n"
     "  \"rules\" of the mount\n"
     "  --set RULE=VALUE\n"
     "\n"
     "With --observe, or \"mode\": \"observe\" in a policy, rules refuse and alter nothing, and "
     "what "
     "they would have done is counted, traced and reported; with --enforce RULE that holds for all "
     "others.\n"
     "\n"
     "Evidence is named briefly: WSL#1529 is an issue of microsoft/WSL, MicrosoftDocs/WSL#677 one "
     "of "
     "its documentation, RN:17093 the release notes of that build of Windows, a vendor test one of "
     "WSL's own, openvmm Microsoft's source of that name, and a seed the posts in which DrvFs' "
     "designers describe it. An inference is ours.\n"},
    {"mounts", "drives: source, target, backing, options",
     "A mount is a directory that behaves like a drive. Its source is the drive or a directory of "
     "it (C:, C:\\dir), its target where programs see it, its backing the ordinary directory with "
     "the files. Without a backing the target is used in place; where the policy has "
     "\"volumes\", the backing is the volume's, and programs may mount them: mount -t drvfs C: "
     "/mnt/c. In the root of a drive, whose source is C:, names ignore case.\n"
     "\n"
     "  --mount drvfs:C::/mnt/c:./drive,metadata,uid=1000\n"
     "  --mount drvfs:C:\\src:./work\n"
     "\n"
     "Options are DrvFs's own: metadata, uid=, gid=, umask=, fmask=, dmask=, case=off|dir|force, "
     "symlinkroot=, fallback=, ro and rw; mount's flags for every file system are accepted without "
     "effect. Without uid= and gid= files belong to root, as on a drive mounted by hand.\n"
     "\n"
     "As root, \"lxshim run\" bind-mounts a backing that is elsewhere on its target, where that is "
     "a "
     "directory, in a mount namespace that ends with the command: every program finds it there, "
     "static ones too. Else paths are translated. --bind=always does it in a user namespace where "
     "it takes one; other users' files are then nobody's, and sudo does not work. --bind=never "
     "translates. What the command mounts itself stays in the namespace. -v says what was done.\n"},
    {"overrides", "experiments on single calls",
     "An override changes what single calls answer: fail the second rename of a lock file, delay "
     "every unlink, let one file pass.\n"
     "\n"
     "  {\"when\": {\"op\": \"rename\", \"path\": \"**/*.lock\"},\n"
     "   \"then\": {\"errno\": \"EACCES\"}, \"times\": 1, \"after\": 1}\n"
     "\n"
     "\"when\" has an op (or a list, or \"*\"), a glob over paths inside the mount (of rename and "
     "link, either of the two), and an errno that the call would answer; comm (a glob over names "
     "of "
     "programs), uid, fd, flags of an open, size, offset: a number, or [FROM, TO].\n"
     "\n"
     "\"then\" has an errno, with \"after\": true once the call is made; a delay in milliseconds; "
     "allow; or bytes, which a read or write moves at most. After so many matches, every so many, "
     "it acts so many times; with a chance, by a seed. The first override that fits acts.\n"
     "\n"
     "  {\"when\": {\"op\": \"write\"}, \"then\": {\"errno\": \"ENOSPC\"},\n"
     "   \"after_bytes\": 1048576}\n"
     "  {\"when\": {\"op\": \"read\", \"path\": \"*.db\", \"offset\": 4096},\n"
     "   \"then\": {\"errno\": \"EIO\"}}\n"
     "\n"
     "read and write have to be named: \"*\" does not stand for them, since to see them costs "
     "every "
     "program. Under LD_PRELOAD alone what libc's streams (fwrite) move is not seen.\n"},
    {"latency", "as slow as on a drive",
     "--latency CLIENT has calls in a drive take as long as on that client of Windows' drives, and "
     "says at the end which ones took the time:\n"
     "\n"
     "  lxshim run --latency 9p-2023 -- git status\n"
     "  lxshim run --latency count:9p-2023 -- npm install\n"
     "\n"
     "count: tells without waiting. Clients are wsl1-1809, 9p-2019, 9p-2020, 9p-2023 (WSL2's, by "
     "what users have measured in these years) and virtiofs-2026 (a guess): messages for each "
     "component of a path and for the call, times what a message takes. CLIENT:SEED has other "
     "calls be the slower ones. A policy says \"latency\": \"9p-2023\".\n"
     "\n"
     "A line of the end, \"74.4 s, 12400 stat, in 3100 directories\", is what somebody saves who "
     "lists a directory once instead of asking for each of its files. Reports have these lines, "
     "too (markdown, html, json), and so has a trace.\n"},
    {"scanner", "an antivirus that has files open",
     "On Windows a scanner or an indexer opens files that were just written, and what renames or "
     "removes them meanwhile fails with EACCES. lxshim run --scanner NAME has one come:\n"
     "\n"
#define SCANNER(word, chance, calls, least, most, waits, summary, evidence) \
    "  " word ": " summary "\n"
#include "policy/scanners.def"
#undef SCANNER
     "\n"
     "Behind NAME, or in its place, go what differs from it, divided by commas: calls=N refuses N "
     "calls for each file, ms=N or ms=N-N holds it for so long, chance=0.1 and seed=N choose among "
     "files, paths=GLOB (repeated for more) names them, on=write+create+rename+open says what it "
     "comes after, share=read+write+delete (or none) what it lets others do, wait=true has calls "
     "wait instead of refusing them.\n"
     "\n"
     "  lxshim run --scanner once -- npm install\n"
     "  lxshim run --scanner mcafee,chance=0.2,seed=7 --trace t -- make\n"
     "  lxshim run --scanner replay:t -- make\n"
     "  lxshim run --scanner once,only=out/a.tmp#1 -- make\n"
     "\n"
     "A trace names each time that it was in the way, by a path and its number; replay:TRACE has "
     "it come for those alone, only=PATH#N for one, except=PATH#N for all others. What counts "
     "calls is the same in every run. "
     "\"scanner\" in a policy says the same; \"off\" takes it away.\n"},
    {"bisect", "from a failing build to the rule",
     "lxshim bisect -- COMMAND runs COMMAND natively, where it has to pass, and under the policy, "
     "where it has to fail; then with fewer and fewer rules, on fewer and fewer calls, until "
     "nothing can be left out, and tests that both ways.\n"
     "\n"
     "  lxshim bisect -- make\n"
     "  lxshim bisect --profile wsl1-1903 -j 4 -- npm install\n"
     "  lxshim bisect --runs 5 --time-limit 60 --setup ./configure -- make check\n"
     "  lxshim bisect --scanner once -- npm install\n"
     "  lxshim bisect --latency 9p-2020 --time-limit 60 -- npm test\n"
     "\n"
     "Each run is in a fresh copy of the current directory, so that COMMAND is to make what it "
     "needs, or --setup is. What it uses beside that directory, or by its absolute path, is no "
     "copy: start further up, or use --fresh none. What each run prints at its end, --verbose "
     "shows. Exit statuses: 0 passes, 125 says neither, all "
     "others fail; --good, "
     "--bad and --skip say it otherwise. What is found where not all of the runs could be seen "
     "(\"lxshim help coverage\") is said not to be sure, with 125 for exit status. After an "
     "interruption the same command goes on where it "
     "was. A command that is flaky is run several times for each answer with --runs.\n"
     "\n"
     "A scanner (--scanner, or the policy's) is a suspect beside the rules, and then each single "
     "time that it was in the way; so is a latency (--latency), as a whole.\n"
     "\n"
     "What is printed is the rules with their evidence and what usually helps, the calls, a policy "
     "in which COMMAND fails by these alone (--output writes it), and for one call a few lines "
     "that do the same in an empty directory. --json is for programs.\n"
     "\n"
     "Where COMMAND passes it may fail elsewhere: lxshim matrix --volumes all tries every era and "
     "kind of volume, --profile and --filesystem choose one. Or by a value that no era has by "
     "itself: lxshim explain EACCES, or what else the error is, lists rules, and --set "
     "RULE=VALUE chooses.\n"},
    {"matrix", "one command in every era of WSL",
     "lxshim matrix -- COMMAND runs COMMAND natively and in each era of WSL, each time in a fresh "
     "copy of the current directory, and prints a table: how it ended, and which rules refused it "
     "something, how often.\n"
     "\n"
     "  lxshim matrix -j 4 -- make check\n"
     "  lxshim matrix --eras native,wsl1 --volumes ntfs,fat --blame -- npm test\n"
     "  lxshim matrix --clients 9p,virtiofs --report junit:wsl.xml -- ./run-tests\n"
     "\n"
     "Eras are native, what \"lxshim policy profiles\" lists, wsl1 and wsl2 for all of either; "
     "volumes are ntfs, fat, fat32, exfat, refs and smb, clients drvfs (WSL1's), 9p and "
     "virtiofs; \"all\" is each of them. Of a table of volumes, cells that end alike are one row; "
     "--each has them all. A scanner, a latency and a policy's overrides are in every cell but the "
     "native one; what single builds did, \"lxshim bisect\" names where it finds nothing.\n"
     "\n"
     "A row that fails natively is not lxshim's. With --blame more runs find the rules that a "
     "cell fails over, which suffice: others may be behind them. \"lxshim bisect --profile ERA\" "
     "names those, too, and the calls. What is said of "
     "copies, exit statuses, --setup and -j in \"lxshim help bisect\" holds here. --report takes "
     "text, json, markdown and junit.\n"
     "\n"
     "Over several machines each runs a part, by --shard I/N or, with --shard auto, by the "
     "variables of Bazel, Slurm, Kubernetes (auto/N), GitLab, CircleCI or Buildkite; \"lxshim "
     "matrix merge\" puts the results together and says which are missing.\n"
     "\n"
     "  lxshim matrix --shard 1/3 --report json:1.json -- make check\n"
     "  lxshim matrix merge 1.json 2.json 3.json\n"
     "  parallel -S a,b lxshim matrix --shard {}/3 --report json:{}.json make \\\n"
     "    ::: 1 2 3\n"
     "  echo \"matrix=$(lxshim matrix --emit github -- make)\" >>\"$GITHUB_OUTPUT\"\n"
     "  lxshim matrix --emit gitlab:8 -- make >child-pipeline.yml\n"
     "\n"
     "A cell that would pass, and of which not all could be seen (\"lxshim help coverage\"), "
     "cannot "
     "be tested.\n"
     "\n"
     "GitHub runs at most 256 jobs of a matrix, GitLab 200. The exit status is 0 where all cells "
     "pass, 1 where one does not or is missing, 2 for bad options, 125 where runs could not be "
     "made.\n"},
    {"reports", "what was refused, for people and for CI",
     "lxshim run --report FORMAT[:FILE] writes at the end what the rules refused; \"lxshim report "
     "FORMAT[:FILE]... TRACE\" does it with a trace. Calls that are alike are one entry, with the "
     "rule, who called (\"npm > node > sh\"), who held the file, how often, and what usually "
     "helps.\n"
     "\n"
     "  sarif     GitHub's code scanning, and others that take SARIF 2.1.0\n"
     "  junit     test reports of Jenkins, GitLab and others\n"
     "  github    annotations of a job, and the page of its step\n"
     "  gitlab    code quality of a merge request\n"
     "  tap       the test anything protocol, version 14\n"
     "  json      everything, for programs\n"
     "  markdown  a page, as for a comment\n"
     "  html      a page with a filter and a timeline, which needs no network\n"
     "\n"
     "With --stacks, where lxshim was built with elfutils' libdw, each has the source line that it "
     "came from, by the supervisor alone.\n"
     "\n"
     "What the command failed over is an error, what it coped with a note; of a trace nobody "
     "knows, and it is a warning. FILE is replaced where it is a report of ours, and kept where it "
     "is not. With --fail-on denied, or the ids of rules, a command that succeeded although "
     "something was refused fails.\n"},
    {"win", "the same directory, as Windows sees it",
     "lxshim win COMMAND does what cmd.exe would on the drives of the policy: dir, type, copy, "
     "move, ren, del, md, rd, mklink, attrib, ea, icacls, takeown, fsutil. Its messages are "
     "Windows' own.\n"
     "\n"
     "  ln -s target.txt link.txt\n"
     "  lxshim win type link.txt          The file cannot be accessed by the system.\n"
     "  lxshim win dir                    <JUNCTION>     link.txt [...]\n"
     "  lxshim win ntcreate link.txt      STATUS_IO_REPARSE_TAG_NOT_HANDLED\n"
     "  lxshim win cmd                    lines from standard input, with a prompt\n"
     "  lxshim win hold file -- lxshim run -- make\n"
     "                                    a Windows process has it open\n"
     "  lxshim win nt <script             NT calls on handles, a line each\n"
     "\n"
     "Links that mklink makes are reparse buffers in extended attributes, where Samba looks for "
     "them, and so are attributes, streams and security descriptors.\n"},
    {"trace", "seeing every decision",
     "With --trace FILE, \"trace\" in a policy, or LXSHIM_TRACE=FILE, every call that was denied "
     "or "
     "altered is one JSON line at the end of FILE, with the rule, the evidence, and who holds the "
     "file. all:FILE writes every call on a mount.\n"
     "\n"
     "  lxshim run --trace t.jsonl -- make\n"
     "  jq 'select(.outcome | IN(\"denied\", \"overridden\"))' t.jsonl\n"
     "\n"
     "leaves what a rule or an override refused; with --observe, which refuses nothing, "
     "'select(.would)' leaves what would have been, with the errno.\n"},
    {"coverage", "what the library does not see",
     "The library is preloaded into dynamically linked programs. It does not see statically linked "
     "programs, Go programs (they make their system calls themselves), programs of musl where no "
     "library was built for them (make musl), and system calls from inline assembly. ld.so drops "
     "it from setuid, setgid and file-capability programs.\n"
     "\"lxshim run\" sees those too, by its supervisor: seccomp tells it of every call that the "
     "library "
     "has not seen, and it answers by the same rules, programs of 32-bit x86 included (not of x32, "
     "which it names at the end). It does not translate what inotify and "
     "getsockname tell. A name that is stored escaped, or a link that Windows made, to which a "
     "program that something else traces (strace, gdb) changes the directory or which it runs, "
     "answers EOPNOTSUPP. A ring of io_uring reads and writes; its operations with a path are "
     "refused (EACCES). Without root it sets no_new_privs: sudo and other setuid programs gain "
     "nothing.\n"
     "What is refused is counted whoever a process becomes, but for a program that reaches lxshim "
     "neither by /proc nor by a socket: another user's, or without this /proc, in a network "
     "namespace of its own. How many there were is said at the end, and --report and --fail-on end "
     "with 125 then, not with 0. So does lxshim bisect, which says what of its runs it does not "
     "know; in a matrix such a cell cannot be tested where it would pass.\n"
     "\"lxshim doctor COMMAND\" tells whether a command needs it.\n"},
    {"environment", "variables that lxshim looks at",
     "LXSHIM_POLICY=FILE   the policy, where no --policy is given\n"
     "LXSHIM_TRACE=FILE    the trace; all:FILE for every call\n"
     "LXSHIM_DEBUG=WORDS   who says what it has decided: mounts, locate, walk, fs,\n"
     "                     supervisor, all\n"
     "LXSHIM_STATE         the policy as children get it; not for you to set\n"
     "XDG_CONFIG_HOME      lxshim/trusted below it, or below ~/.config, has trusted\n"
     "                     directories\n"
     "LD_PRELOAD           the library, put last; what else is there stays\n"},
};
#define TOPIC_COUNT (sizeof(topics) / sizeof(topics[0]))

/* Paragraphs are wrapped; lines that begin with a space or are columns are left alone. */
static void print_text(const char *text)
{
    char line[1024];
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)n, text);
        if (line[0] == ' ' || strstr(line, "  ") != NULL)
            puts(line);
        else if (n == 0)
            putchar('\n');
        else
            cli_wrap(0, line);
        text += n + (text[n] == '\n');
    }
}

const char *cli_topic(size_t index)
{
    return index < TOPIC_COUNT ? topics[index].name : NULL;
}

const char *cli_topic_text(const char *word)
{
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        if (strcmp(topics[i].name, word) == 0)
            return topics[i].text;
    return NULL;
}

bool cli_is_topic(const char *word)
{
    return cli_topic_text(word) != NULL;
}

int cli_help(const struct cli_arguments *arguments)
{
    struct lx_nearest nearest;
    if (arguments->count == 0) {
        cli_heading(stdout, "lxshim help TOPIC:", "\n");
        for (size_t i = 0; i < TOPIC_COUNT; i++)
            printf("  %-12s %s\n", topics[i].name, topics[i].summary);
        return CLI_OK;
    }
    const char *word = arguments->rest[0];
    lx_nearest_start(&nearest, word);
    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        lx_nearest_try(&nearest, topics[i].name);
        if (strcmp(topics[i].name, word) == 0) {
            print_text(topics[i].text);
            return CLI_OK;
        }
    }
    if (lx_nearest_found(&nearest) != NULL)
        cli_unknown("topic", word, lx_nearest_found(&nearest), "lxshim help");
    else
        cli_error("unknown topic \"%s\"; see lxshim help, or for rules lxshim explain %s", word,
                  word);
    return CLI_USAGE;
}
