/* SPDX-License-Identifier: MIT */
#include "fs/procfs/pages.h"

#include <string.h>
#include <sys/utsname.h>

#include "sys/sys.h"

void page_put(struct page *p, const char *text, size_t n)
{
    if (n > p->room - p->length)
        n = p->room - p->length;
    memcpy(p->out + p->length, text, n);
    p->length += n;
}

static void put_text(struct page *p, const char *text)
{
    page_put(p, text, strlen(text));
}

static void put_line(struct page *p, const char *text)
{
    put_text(p, text);
    put_text(p, "\n");
}

void page_line(struct page *p)
{
    put_line(p, p->kernel->line);
}

void page_release(struct page *p)
{
    put_line(p, p->kernel->release);
}

void page_version(struct page *p)
{
    put_line(p, p->kernel->version);
}

void page_signature(struct page *p)
{
    if (p->kernel->signature[0] != '\0')
        put_line(p, p->kernel->signature);
}

void page_cmdline(struct page *p)
{
    put_line(p, kernel_is_wsl2(p->kernel) ? "initrd=\\initrd.img WSL_ROOT_INIT=1 panic=-1"
                                          : "BOOT_IMAGE=/kernel init=/init");
}

/* What the kernel has, and what WSL2 mounts drives by. */
void page_filesystems(struct page *p)
{
    static const char *const lines[] = {"nodev\t9p\n", "nodev\tvirtiofs\n"};
    page_put(p, p->given, p->given_length);
    for (unsigned i = 0; i < 2 && kernel_is_wsl2(p->kernel); i++)
        if (memmem(p->given, p->given_length, lines[i], strlen(lines[i])) == NULL)
            page_put(p, lines[i], strlen(lines[i]));
}

void page_interop(struct page *p)
{
    if (!kernel_has_interop(p->kernel))
        return;
    put_line(p, "enabled\ninterpreter /init");
    put_line(p, kernel_is_wsl2(p->kernel) ? "flags: PF" : "flags: P");
    put_line(p, "offset 0\nmagic 4d5a");
}

void page_status(struct page *p)
{
    if (kernel_has_interop(p->kernel))
        put_line(p, "enabled");
}

/* True for the name of a cgroup that a container's engine has made. */
static bool is_containers(const char *line, size_t n)
{
    static const char *const words[] = {"docker", "containerd", "libpod", "kubepods",
                                        "lxc",    "buildkit",   "garden", "podman"};
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (memmem(line, n, words[i], strlen(words[i])) != NULL)
            return true;
    return false;
}

/* Lines "5:devices:/docker/1a2b": a container's is the root's. */
void page_cgroup(struct page *p)
{
    for (size_t at = 0; at < p->given_length;) {
        const char *line = p->given + at;
        const char *newline = memchr(line, '\n', p->given_length - at);
        size_t n = newline == NULL ? p->given_length - at : (size_t)(newline - line);
        const char *path = memmem(line, n, ":/", 2);
        bool cut = path != NULL && is_containers(path, n - (size_t)(path - line));
        page_put(p, line, cut ? (size_t)(path - line) + 2 : n);
        page_put(p, "\n", newline != NULL);
        at += n + 1;
    }
}

/* Of the kernel's words those from its fourth on: running and all threads, the last one's id. */
void page_loadavg(struct page *p)
{
    size_t at = 0;
    if (kernel_is_wsl2(p->kernel))
        return;
    for (unsigned blanks = 0; blanks < 3 && at < p->given_length; at++)
        blanks += p->given[at] == ' ';
    put_text(p, "0.52 0.58 0.59 ");
    page_put(p, p->given + at, p->given_length - at);
}

/* Adds the kernel's line of that word, which a colon ends. */
static void put_given(struct page *p, const char *word)
{
    const char *line = memmem(p->given, p->given_length, word, strlen(word));
    if (line == NULL)
        return;
    size_t left = p->given_length - (size_t)(line - p->given);
    const char *newline = memchr(line, '\n', left);
    page_put(p, line, newline == NULL ? left : (size_t)(newline - line) + 1);
}

uint64_t page_swap(uint64_t memory)
{
    const uint64_t most = 32ULL << 30;
    return memory / 8 < most ? memory / 8 & ~4095ULL : most;
}

/* The number in the kernel's line of that word; 0 where there is no such line. */
static uint64_t given_number(const struct page *p, const char *word)
{
    const char *line = memmem(p->given, p->given_length, word, strlen(word));
    const char *end = p->given + p->given_length;
    uint64_t number = 0;
    if (line == NULL)
        return 0;
    for (line += strlen(word); line < end && *line == ' ';)
        line++;
    for (; line < end && *line >= '0' && *line <= '9'; line++)
        number = number * 10 + (uint64_t)(*line - '0');
    return number;
}

/* A line of meminfo, whose numbers end in one column. */
static void put_amount(struct page *p, const char *word, uint64_t kib)
{
    char number[24];
    size_t at = sizeof(number);
    do
        number[--at] = (char)('0' + kib % 10);
    while ((kib /= 10) > 0);
    put_text(p, word);
    for (size_t n = strlen(word) + sizeof(number) - at; n < 24; n++)
        put_text(p, " ");
    page_put(p, number + at, sizeof(number) - at);
    put_text(p, " kB\n");
}

/* The machine's, or that of a page file where it has none. */
static void put_swap(struct page *p)
{
    if (given_number(p, "SwapTotal:") > 0) {
        put_given(p, "SwapTotal:");
        put_given(p, "SwapFree:");
        return;
    }
    uint64_t kib = page_swap(given_number(p, "MemTotal:") * 1024) / 1024;
    put_amount(p, "SwapTotal:", kib);
    put_amount(p, "SwapFree:", kib);
}

/* Four lines are the machine's. All else is the same on every machine of WSL1's. */
void page_meminfo(struct page *p)
{
    static const char before[] = "Buffers:           34032 kB\nCached:           188576 kB\n"
                                 "SwapCached:            0 kB\nActive:           167556 kB\n"
                                 "Inactive:         157876 kB\nActive(anon):     103104 kB\n"
                                 "Inactive(anon):    17440 kB\nActive(file):      64452 kB\n"
                                 "Inactive(file):   140436 kB\nUnevictable:           0 kB\n"
                                 "Mlocked:               0 kB\n";
    static const char after[] = "Dirty:                 0 kB\nWriteback:             0 kB\n"
                                "AnonPages:        102824 kB\nMapped:            71404 kB\n"
                                "Shmem:             17720 kB\nSlab:              13868 kB\n"
                                "SReclaimable:       6744 kB\nSUnreclaim:         7124 kB\n"
                                "KernelStack:        2848 kB\nPageTables:         2524 kB\n"
                                "NFS_Unstable:          0 kB\nBounce:                0 kB\n"
                                "WritebackTmp:          0 kB\nCommitLimit:      515524 kB\n"
                                "Committed_AS:    3450064 kB\nVmallocTotal:     122880 kB\n"
                                "VmallocUsed:       21296 kB\nVmallocChunk:      66044 kB\n"
                                "HardwareCorrupted:     0 kB\nAnonHugePages:      2048 kB\n"
                                "HugePages_Total:       0\nHugePages_Free:        0\n"
                                "HugePages_Rsvd:        0\nHugePages_Surp:        0\n"
                                "Hugepagesize:       2048 kB\nDirectMap4k:       12280 kB\n"
                                "DirectMap4M:      897024 kB\n";
    if (kernel_is_wsl2(p->kernel))
        return;
    put_given(p, "MemTotal:");
    put_given(p, "MemFree:");
    put_text(p, before);
    put_swap(p);
    put_text(p, after);
}

/* True where a line of cpuinfo, n bytes, is that of a word: tabs come behind, and a colon. */
static bool is_line_of(const char *line, size_t n, const char *word)
{
    size_t length = strlen(word);
    return n > length && memcmp(line, word, length) == 0 &&
           (line[length] == '\t' || line[length] == ':');
}

/* What WSL1 says of every processor from 16299 on. */
void page_cpuinfo(struct page *p)
{
    static const char *const lines[][2] = {
        {"microcode", "microcode\t: 0xffffffff\n"},
        {"apicid", "apicid\t\t: 0\n"},
        {"initial apicid", "initial apicid\t: 0\n"},
        {"cpuid level", "cpuid level\t: 6\n"},
        {"address sizes", "address sizes\t: 36 bits physical, 48 bits virtual\n"},
    };
    if (p->kernel->build < 16299)
        return;
    for (size_t at = 0; at < p->given_length;) {
        const char *line = p->given + at;
        const char *newline = memchr(line, '\n', p->given_length - at);
        size_t n = newline == NULL ? p->given_length - at : (size_t)(newline - line) + 1;
        unsigned i = 0;
        while (i < sizeof(lines) / sizeof(lines[0]) && !is_line_of(line, n, lines[i][0]))
            i++;
        if (i < sizeof(lines) / sizeof(lines[0]))
            put_text(p, lines[i][1]);
        else
            page_put(p, line, n);
        at += n;
    }
}

/* True for a line of /etc/hosts that WSL has its own of, and for none. */
static bool is_generated(const char *line, size_t n)
{
    static const char *const begins[] = {"127.", "::1", "fe00::", "ff00::", "ff02::", "#", "\n"};
    for (unsigned i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
        if (n >= strlen(begins[i]) && memcmp(line, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

/* Where WSL has what Windows' own file says is what this system's does. */
void page_hosts(struct page *p)
{
    struct utsname name;
    if (SYS1(SYS_uname, &name) < 0)
        return;
    put_text(p, "# This file was automatically generated by WSL.\n# [network]\n"
                "# generateHosts = false\n127.0.0.1\tlocalhost\n127.0.1.1\t");
    put_text(p, name.nodename);
    put_text(p, ".localdomain\t");
    put_line(p, name.nodename);
    for (size_t at = 0; at < p->given_length;) {
        const char *line = p->given + at;
        const char *newline = memchr(line, '\n', p->given_length - at);
        size_t n = newline == NULL ? p->given_length - at : (size_t)(newline - line) + 1;
        if (!is_generated(line, n))
            page_put(p, line, n);
        at += n;
    }
    if (p->length > 0 && p->out[p->length - 1] != '\n')
        put_text(p, "\n");
    put_text(p, "\n::1     ip6-localhost ip6-loopback\nfe00::0 ip6-localnet\n"
                "ff00::0 ip6-mcastprefix\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n");
}

void page_resolver(struct page *p)
{
    put_text(p, "# This file was automatically generated by WSL.\n# [network]\n"
                "# generateResolvConf = false\n");
    page_put(p, p->given, p->given_length);
}
