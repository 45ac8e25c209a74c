/* SPDX-License-Identifier: MIT */
/*
 * refusals HERE [THERE]: makes every call on a path that Linux may refuse for the path's own sake,
 * with every path that may be refused, below HERE or of two paths also from HERE to THERE and back,
 * and prints a line each: "CALL HOW PATHS ANSWER". What a call did not fail at is there again for
 * the next one.
 */
#include <ftw.h>
#include <stdlib.h>

#include "refusals.h"

static const struct place places[] = {
    {AT_CWD, "missing"},    {AT_CWD, "missing/x"},     {AT_CWD, "missing/"},
    {AT_CWD, "file"},       {AT_CWD, "file/"},         {AT_CWD, "file/x"},
    {AT_CWD, "other"},      {AT_CWD, "dir"},           {AT_CWD, "dir/"},
    {AT_CWD, "dir/."},      {AT_CWD, "dir/.."},        {AT_CWD, "dir/inner"},
    {AT_CWD, "dir/new"},    {AT_CWD, "dir/inner/new"}, {AT_CWD, "empty"},
    {AT_CWD, "."},          {AT_CWD, "link"},          {AT_CWD, "link/"},
    {AT_CWD, "link/x"},     {AT_CWD, "dangling"},      {AT_CWD, "dangling/"},
    {AT_CWD, "loop"},       {AT_CWD, "loop/x"},        {AT_CWD, "linkdir"},
    {AT_CWD, "linkdir/"},   {AT_CWD, "linkdir/new"},   {AT_CWD, ""},
    {AT_CWD, long_name},    {AT_CWD, long_path},       {AT_CLOSED, "file"},
    {AT_CLOSED, "missing"}, {AT_FILE, "file"},         {AT_GONE, "x"},
    {AT_GONE, "."},         {AT_PATH, "file"},         {AT_PATH, "missing"},
    {AT_FILE, "missing/"},
};
#define PLACE_COUNT (sizeof(places) / sizeof(places[0]))

static const char *here = ".";
static const char *there = ".";

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    return ftw->level == 0 ? 0 : type == FTW_DP || type == FTW_D ? rmdir(path) : unlink(path);
}

/* What every attempt finds below a directory, into which somebody who is not root may not be let
 * any more. */
static void furnish(const char *base)
{
    static const char *const directories[] = {"", "dir", "dir/inner", "empty"};
    static const char *const files[] = {"file", "other", "dir/inner/x"};
    static const char *const links[][2] = {
        {"file", "link"}, {"nowhere", "dangling"}, {"loop", "loop"}, {"dir", "linkdir"}};
    static char path[PATH_MAX + LONG];
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        in(base, directories[i], path);
        chmod(i == 0 ? base : path, 0755);
    }
    nftw(base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    for (size_t i = 1; i < sizeof(directories) / sizeof(directories[0]); i++) {
        in(base, directories[i], path);
        mkdir(path, 0755);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        in(base, files[i], path);
        close(open(path, O_CREAT | O_WRONLY, 0755)); /* as a drive shows them, for who executes */
    }
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        in(base, links[i][1], path);
        (void)!symlink(links[i][0], path);
    }
}

/* Descriptors of what furnish made; the last was removed since. */
static void open_starts(const char *base)
{
    static char path[PATH_MAX + LONG];
    for (int i = 1; i < START_COUNT; i++)
        if (start_fd[i] > 0)
            close(start_fd[i]);
    start_fd[AT_CWD] = AT_FDCWD;
    start_fd[AT_CLOSED] = 900;
    in(base, "file", path);
    start_fd[AT_FILE] = open(path, O_RDONLY);
    start_fd[AT_PATH] = open(path, O_PATH);
    for (int i = 0; i < 2; i++) { /* what rules about open files ask about */
        static int held[2] = {-1, -1};
        if (held[i] >= 0)
            close(held[i]);
        in(base, i == 0 ? "other" : "dir/inner/x", path);
        held[i] = open(path, O_RDONLY);
    }
    in(base, "gone", path);
    mkdir(path, 0755);
    start_fd[AT_GONE] = open(path, O_RDONLY | O_DIRECTORY);
    rmdir(path);
}

/* Is a number that only a call on a directory descriptor takes, or a path alone. */
static bool takes(const struct call *c, const struct place *p)
{
    return p->start == AT_CWD || strchr(c->shape, 'd') != NULL;
}

static const char *label(const char *path)
{
    return path == long_name ? "LONG-NAME" : path == long_path ? "LONG-PATH" : path;
}

static void run(const struct call *c, const struct place *one, const struct place *two,
                const char *from, const char *to)
{
    const struct place *const p[2] = {one, two};
    const char *const base[2] = {from, to};
    static int cwd = -1;
    if (cwd < 0)
        cwd = open(".", O_RDONLY | O_DIRECTORY);
    long r = attempt(c, p, base);
    printf("%s %s%s%s", c->name, from == there && from != here ? ">" : "", starts[one->start],
           label(one->path));
    if (two != NULL)
        printf(" %s%s%s", to == there && to != here ? ">" : "", starts[two->start],
               label(two->path));
    printf(" %s\n", r < 0 ? strerrorname_np((int)-r) : "ok");
    if (r < 0)
        return;
    if (c->number == SYS_chdir)
        (void)!fchdir(cwd);
    (void)!fchmod(cwd, 0755);
    furnish(here);
    if (there != here)
        furnish(there);
    open_starts(here);
}

static void run_two(const struct call *c)
{
    const char *const ends[][2] = {{here, here}, {here, there}, {there, here}};
    for (size_t i = 0; i < PLACE_COUNT; i++)
        for (size_t j = 0; j < PLACE_COUNT; j++)
            for (size_t k = 0; k < 3; k++)
                if ((k > 0) == (here != there))
                    run(c, &places[i], &places[j], ends[k][0], ends[k][1]);
}

int main(int argc, char **argv)
{
    static char out[1 << 16];
    make_long();
    if (argc > 1)
        here = there = argv[1];
    if (argc > 2)
        there = argv[2];
    setvbuf(stdout, out, _IOFBF, sizeof(out));
    furnish(here);
    if (there != here)
        furnish(there);
    open_starts(here);
    for (size_t k = 0; k < sizeof(calls) / sizeof(calls[0]); k++) {
        if (strchr(strchr(calls[k].shape, 'e') ? strchr(calls[k].shape, 'e') + 1 : "", 'e') !=
            NULL) {
            run_two(&calls[k]);
            continue;
        }
        for (size_t i = 0; i < PLACE_COUNT && there == here; i++)
            if (takes(&calls[k], &places[i]))
                run(&calls[k], &places[i], NULL, here, here);
    }
    return 0;
}
