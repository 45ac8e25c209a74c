/* SPDX-License-Identifier: MIT */
/*
 * tour: what a drive answers otherwise than Linux, by the plain functions of a C library; a line
 * for each answer. The programs in tests/matrix say the same in other languages.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char names[16][64];
static size_t count;

static void say(const char *what, int r)
{
    const char *error = errno == EPERM    ? "EPERM"
                        : errno == EACCES ? "EACCES"
                        : errno == ENOENT ? "ENOENT"
                                          : "another error";
    printf("%s %s\n", what, r < 0 ? error : "ok");
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Not nftw: musl's stops at an entry that is listed and cannot be looked at. */
static void walk(const char *directory)
{
    struct dirent *e;
    DIR *dir = opendir(directory);
    while (dir != NULL && (e = readdir(dir)) != NULL) {
        char *name = names[count];
        if (e->d_name[0] == '.' || count == sizeof(names) / sizeof(names[0]))
            continue;
        count++;
        snprintf(name, sizeof(names[0]), "%.20s%s%.20s", directory[0] == '.' ? "" : directory,
                 directory[0] == '.' ? "" : "/", e->d_name);
        if (e->d_type == DT_DIR)
            walk(name);
    }
    if (dir != NULL)
        closedir(dir);
}

int main(void)
{
    struct stat st;
    umask(022);
    int fd = open("x:y", O_WRONLY | O_CREAT, 0640);
    if (fd < 0 || stat("x:y", &st) < 0)
        return 1;
    printf("mode %o\n", (unsigned)st.st_mode & 0777U);
    say("fifo", mkfifo("p", 0600));
    mkdir("d", 0700);
    FILE *inner = fopen("d/f", "w");
    int renamed = rename("d", "e");
    say("rename", renamed);
    if (renamed == 0)
        rename("e", "d");
    say("unlink", unlink("x:y"));
    say("stat", stat("x:y", &st));
    int again = open("x:y", O_WRONLY | O_CREAT | O_EXCL, 0600);
    say("again", again);
    walk(".");
    qsort(names, count, sizeof(names[0]), compare);
    printf("walk");
    for (size_t i = 0; i < count; i++)
        printf(" %s", names[i]);
    printf("\n");
    if (inner != NULL)
        fclose(inner);
    close(fd);
    say("rename", rename("d", "e"));
    return 0;
}
