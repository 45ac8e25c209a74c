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
     "before. --etc reads both files elsewhere. What is damaged is skipped with a warning. Neither "
     "root nor a namespace is needed: drives that cannot be mounted are translated.\n"
     "\n"
     "Variables that WSLENV names are translated by their flags /p and /l, and those with /w are "
     "not "
     "there; interop.appendWindowsPath has Windows' directories appended to PATH where drive C: is "
     "mounted. The environment is otherwise the caller's.\n"},
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
     "Its keys are version, profile, extends, mounts, rules, overrides, mode, trace, windows and "
     "latency; "
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
     "lists a directory once instead of asking for each of its files.\n"},
    {"bisect", "from a failing build to the rule",
     "lxshim bisect -- COMMAND runs COMMAND natively, where it has to pass, and under the policy, "
     "where it has to fail; then with fewer and fewer rules, on fewer and fewer calls, until "
     "nothing can be left out, and tests that both ways.\n"
     "\n"
     "  lxshim bisect -- make\n"
     "  lxshim bisect --profile wsl1-1903 -j 4 -- npm install\n"
     "  lxshim bisect --runs 5 --time-limit 60 --setup ./configure -- make check\n"
     "\n"
     "Each run is in a fresh copy of the current directory, so that COMMAND is to make what it "
     "needs, or --setup is. What it uses beside that directory, or by its absolute path, is no "
     "copy: start further up, or use --fresh none. Exit statuses: 0 passes, 125 says neither, all "
     "others fail; --good, "
     "--bad and --skip say it otherwise. After an interruption the same command goes on where it "
     "was. A command that is flaky is run several times for each answer with --runs.\n"
     "\n"
     "What is printed is the rules with their evidence and what usually helps, the calls, a policy "
     "in which COMMAND fails by these alone (--output writes it), and for one call a few lines "
     "that do the same in an empty directory. --json is for programs.\n"},
    {"reports", "what was refused, for people and for CI",
     "lxshim run --report FORMAT[:FILE] writes at the end what the rules refused; \"lxshim report "
     "FORMAT[:FILE]... TRACE\" does it with a trace. Calls that are alike are one entry, with the "
     "rule, who held the file, how often, and what usually helps.\n"
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
     "  lxshim run --trace t.jsonl -- make; jq 'select(.outcome | IN(\"denied\", "
     "\"overridden\"))' t.jsonl\n"
     "\n"
     "leaves what a rule or an override refused.\n"},
    {"coverage", "what the library does not see",
     "The library is preloaded into dynamically linked programs. It does not see statically linked "
     "programs, Go programs (they make their system calls themselves), programs with another C "
     "library than glibc, and system calls from inline assembly. ld.so drops it from "
     "setuid, setgid and file-capability programs.\n"
     "\"lxshim run\" sees those too, by its supervisor: seccomp tells it of every call that the "
     "library "
     "has not seen, and it answers by the same rules, programs of 32-bit x86 included (not of x32, "
     "which it names at the end). It does not translate what inotify and "
     "getsockname tell. A name that is stored escaped, or a link that Windows made, to which a "
     "program that something else traces (strace, gdb) changes the directory or which it runs, "
     "answers EOPNOTSUPP. A ring of io_uring reads and writes; its operations with a path are "
     "refused (EACCES). Without root it sets no_new_privs: sudo and other setuid programs gain "
     "nothing.\n"
     "\"lxshim doctor COMMAND\" tells whether a command needs it.\n"},
    {"environment", "variables that lxshim looks at",
     "LXSHIM_POLICY=FILE   the policy, where no --policy is given\n"
     "LXSHIM_TRACE=FILE    the trace; all:FILE for every call\n"
     "LXSHIM_DEBUG=WORDS   who says what it has decided: mounts, locate, walk, fs, supervisor, "
     "all\n"
     "LXSHIM_STATE         the policy as children get it; not for you to set\n"
     "XDG_CONFIG_HOME      lxshim/trusted below it, or below ~/.config, has trusted directories\n"
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

bool cli_is_topic(const char *word)
{
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        if (strcmp(topics[i].name, word) == 0)
            return true;
    return false;
}

int cli_help(const struct cli_arguments *arguments)
{
    struct lx_nearest nearest;
    if (arguments->count == 0) {
        printf("lxshim help TOPIC:\n");
        for (size_t i = 0; i < TOPIC_COUNT; i++)
            printf("  %-12s %s\n", topics[i].name, topics[i].summary);
        printf("or of a command, as COMMAND --help does: explain, doctor\n");
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
    cli_unknown("topic", word, lx_nearest_found(&nearest), "lxshim help");
    return CLI_USAGE;
}
