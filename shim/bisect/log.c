/* SPDX-License-Identifier: MIT */
#include "bisect/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "report/index.h"

static const char *const answers[] = {"pass", "fail", "skip"};

void log_key(const char *text, char out[24])
{
    snprintf(out, 24, "%016" PRIx64, index_hash(INDEX_HASH, text, strlen(text)));
}

/* Makes the directories of a path that are missing, for the user alone. */
static bool make_path(char *path)
{
    for (char *at = path + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char was = *at;
        *at = '\0';
        bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        *at = was;
        if (!made || was == '\0')
            return made;
    }
}

/* The directory of a log in the user's state; NULL where none can be had. */
static char *state_directory(const char *key)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    char *path = NULL;
    int n = -1;
    if (state != NULL && state[0] == '/')
        n = asprintf(&path, "%s/lxshim/bisect/%s", state, key);
    else if (home != NULL && home[0] == '/')
        n = asprintf(&path, "%s/.local/state/lxshim/bisect/%s", home, key);
    if (n < 0)
        return NULL;
    if (make_path(path) && access(path, W_OK | X_OK) == 0)
        return path;
    free(path);
    return NULL;
}

static void put(struct log *log, const char *key, const struct trial_outcome *outcome)
{
    if (log->count == log->room) {
        size_t room = log->room * 2 + 64;
        struct log_entry *entries = realloc(log->entries, room * sizeof(entries[0]));
        if (entries == NULL)
            return; /* it is tested again */
        log->entries = entries;
        log->room = room;
    }
    struct log_entry *e = &log->entries[log->count++];
    *e = (struct log_entry){.outcome = *outcome};
    snprintf(e->key, sizeof(e->key), "%s", key);
}

/* Takes a line of the file. What is none, as the last one of a bisect that was killed, is nothing.
 */
static void take(struct log *log, const char *line)
{
    struct trial_outcome o = {.answer = TRIAL_STOP};
    const char *key;
    const char *answer;
    const char *said;
    int runs, failed, timed_out;
    json_int_t gaps[4];
    json_t *parsed = json_loads(line, 0, NULL);
    if (json_unpack(parsed, "{s:s, s:s, s:i, s:i, s:i, s:b, s:s, s:[I, I, I, I]}", "test", &key,
                    "answer", &answer, "runs", &runs, "failed", &failed, "status", &o.status,
                    "timed_out", &timed_out, "said", &said, "gaps", &gaps[0], &gaps[1], &gaps[2],
                    &gaps[3]) == 0) {
        for (size_t i = 0; i < 3; i++)
            if (strcmp(answers[i], answer) == 0)
                o.answer = (enum trial_answer)i;
        o.runs = (unsigned)runs;
        o.failed = (unsigned)failed;
        o.timed_out = timed_out != 0;
        o.gaps = (struct trial_gaps){(uint64_t)gaps[0], (uint64_t)gaps[1], (uint64_t)gaps[2],
                                     (uint64_t)gaps[3]};
        snprintf(o.said, sizeof(o.said), "%s", said);
        if (o.answer != TRIAL_STOP)
            put(log, key, &o);
    }
    json_decref(parsed);
}

/*
 * Reads what is there, whose first line says for which state of the project, and cuts off a line
 * that was not finished, or all of it.
 */
static void read_file(struct log *log, const char *head)
{
    char *line = NULL;
    size_t room = 0;
    off_t end = 0;
    int fd = dup(log->fd);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
    ssize_t n;
    while (f != NULL && (n = getline(&line, &room, f)) > 0 && line[n - 1] == '\n') {
        if (end == 0 && strcmp(line, head) != 0) {
            log->changed = true;
            break;
        }
        if (end > 0)
            take(log, line);
        end += n;
    }
    free(line);
    if (f != NULL)
        fclose(f);
    if (ftruncate(log->fd, end) < 0)
        log->count = 0;
    if (end == 0)
        dprintf(log->fd, "%s", head);
    log->known = log->count;
}

/* Removes the files of a directory, and nothing but files. */
static void empty(const char *directory)
{
    DIR *dir = opendir(directory);
    struct dirent *e;
    while (dir != NULL && (e = readdir(dir)) != NULL)
        (void)unlinkat(dirfd(dir), e->d_name, 0);
    if (dir != NULL)
        closedir(dir);
}

/* The runs of a bisect that was killed have it a moment longer, until they are gone. */
static bool lock(int fd)
{
    const struct timespec pause = {0, 50000000};
    for (unsigned i = 0; i < 100; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

int log_open(struct log *log, const char *identity, uint64_t project, const char *place,
             bool restart)
{
    char key[24];
    char path[PATH_MAX];
    char head[64];
    *log = (struct log){.fd = -1};
    log_key(identity, key);
    snprintf(head, sizeof(head), "{\"project\": \"%016" PRIx64 "\"}\n", project);
    log->lasting = state_directory(key);
    log->directory = strdup(log->lasting != NULL ? log->lasting : place);
    if (log->directory == NULL)
        return -ENOMEM;
    if (log->lasting == NULL)
        return 0;
    snprintf(path, sizeof(path), "%s/log", log->directory);
    log->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log->fd < 0)
        return 0;
    if (!lock(log->fd))
        return -EBUSY;
    if (restart && ftruncate(log->fd, 0) < 0)
        return -errno;
    read_file(log, head);
    return 0;
}

const struct trial_outcome *log_find(const struct log *log, const char *key, bool traced)
{
    const struct trial_outcome *found = NULL;
    for (size_t i = log->count; i > 0 && found == NULL; i--)
        if (strcmp(log->entries[i - 1].key, key) == 0)
            found = &log->entries[i - 1].outcome;
    if (found == NULL || !traced)
        return found;
    char *trace = log_trace(log, key);
    bool there = trace != NULL && access(trace, R_OK) == 0;
    free(trace);
    return there ? found : NULL;
}

void log_add(struct log *log, const char *key, const struct trial_outcome *o)
{
    put(log, key, o);
    json_t *line = json_pack(
        "{s:s, s:s, s:i, s:i, s:i, s:b, s:s, s:[I, I, I, I]}", "test", key, "answer",
        answers[o->answer], "runs", (int)o->runs, "failed", (int)o->failed, "status", o->status,
        "timed_out", o->timed_out, "said", o->said, "gaps", (json_int_t)o->gaps.programs,
        (json_int_t)o->gaps.calls, (json_int_t)o->gaps.lines, (json_int_t)o->gaps.failed);
    char *text = log->fd < 0 ? NULL : json_dumps(line, JSON_COMPACT);
    if (text != NULL)
        dprintf(log->fd, "%s\n", text);
    free(text);
    json_decref(line);
}

size_t log_gaps(const struct log *log, struct trial_gaps *gaps)
{
    size_t count = 0;
    *gaps = (struct trial_gaps){.programs = 0};
    for (size_t i = 0; i < log->count; i++) {
        count += trial_gaps_any(&log->entries[i].outcome.gaps);
        trial_gaps_add(gaps, &log->entries[i].outcome.gaps);
    }
    return count;
}

char *log_trace(const struct log *log, const char *key)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s.trace", log->directory, key) < 0 ? NULL : path;
}

void log_close(struct log *log, bool done)
{
    if (log->lasting != NULL && done) {
        empty(log->lasting);
        rmdir(log->lasting);
    }
    if (log->fd >= 0)
        close(log->fd);
    free(log->entries);
    free(log->directory);
    free(log->lasting);
    *log = (struct log){.fd = -1};
}
