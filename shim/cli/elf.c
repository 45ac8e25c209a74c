/* SPDX-License-Identifier: MIT */
#include "cli/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/elf_head.h"

/* More than any linker makes; a header that claims more is damaged. */
#define HEADERS_MAX 4096u
#define NOTES_MAX   (1u << 16)
#define NAMES_MAX   (1u << 20)

static bool read_at(int fd, void *out, size_t size, uint64_t offset)
{
    return offset < (uint64_t)INT64_MAX && pread(fd, out, size, (off_t)offset) == (ssize_t)size;
}

/* A block of a file, to be freed; NULL for one that is not there or too large. */
static void *block_at(int fd, size_t size, size_t most, uint64_t offset)
{
    void *block = size == 0 || size > most ? NULL : malloc(size);
    if (block != NULL && !read_at(fd, block, size, offset)) {
        free(block);
        block = NULL;
    }
    return block;
}

/* The same in both word sizes. True where the notes hold the build id that Go's linker writes: name
 * "Go", type 4. */
static bool has_go_note(int fd, const struct sys_elf_part *segment)
{
    char *notes = block_at(fd, segment->size, NOTES_MAX, segment->offset);
    bool found = false;
    for (size_t at = 0; notes != NULL && at + sizeof(Elf64_Nhdr) + 4 <= segment->size;) {
        Elf64_Nhdr note;
        memcpy(&note, notes + at, sizeof(note));
        at += sizeof(note);
        found |= note.n_type == 4 && note.n_namesz == 4 && memcmp(notes + at, "Go\0", 4) == 0;
        at += ((size_t)note.n_namesz + 3) / 4 * 4 + ((size_t)note.n_descsz + 3) / 4 * 4;
    }
    free(notes);
    return found;
}

static const char *const go_sections[] = {".go.buildinfo", ".note.go.buildid"};

/* True where a section has one of the names that only Go's linker gives. */
static bool has_go_section(int fd, const struct sys_elf *elf)
{
    size_t count = elf->section_count;
    bool known = elf->section_size == (elf->bits == 64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
    char *sections = known && count <= HEADERS_MAX
                         ? block_at(fd, count * elf->section_size, SIZE_MAX, elf->sections)
                         : NULL;
    bool found = false;
    if (sections != NULL && elf->names < count) {
        struct sys_elf_part strings =
            sys_elf_section(elf, sections + elf->names * elf->section_size);
        char *names = block_at(fd, strings.size, NAMES_MAX, strings.offset);
        for (size_t i = 0; names != NULL && i < count; i++) {
            size_t at = sys_elf_section(elf, sections + i * elf->section_size).name;
            size_t room = at < strings.size ? strings.size - at : 0;
            for (size_t n = 0; n < sizeof(go_sections) / sizeof(go_sections[0]); n++)
                found |= room > 0 && memchr(names + at, '\0', room) != NULL &&
                         strcmp(names + at, go_sections[n]) == 0;
        }
        free(names);
    }
    free(sections);
    return found;
}

/* The header of a file. Returns 0 or -ENOEXEC. */
static int read_header(int fd, struct sys_elf *elf)
{
    char head[sizeof(Elf64_Ehdr)];
    ssize_t n = pread(fd, head, sizeof(head), 0);
    return n > 0 && sys_elf_header(head, (size_t)n, elf) ? 0 : -ENOEXEC;
}

int elf_read(int fd, struct elf_facts *facts)
{
    struct sys_elf elf;
    *facts = (struct elf_facts){0};
    int r = read_header(fd, &elf);
    if (r < 0)
        return r;
    facts->kind = elf.kind;
    facts->bits = elf.bits;
    facts->machine = elf.machine;
    if (elf.kind == SYS_ELF_FOREIGN)
        return 0;
    size_t count = elf.segment_count;
    char *segments = count <= HEADERS_MAX
                         ? block_at(fd, count * elf.segment_size, SIZE_MAX, elf.segments)
                         : NULL;
    if (segments == NULL)
        return -ENOEXEC;
    facts->go = has_go_section(fd, &elf);
    for (size_t i = 0; i < count; i++) {
        struct sys_elf_part s = sys_elf_segment(&elf, segments + i * elf.segment_size);
        if (s.type == PT_NOTE)
            facts->go |= has_go_note(fd, &s);
        if (s.type == PT_INTERP && s.size < sizeof(facts->loader) &&
            !read_at(fd, facts->loader, s.size, s.offset))
            facts->loader[0] = '\0';
    }
    free(segments);
    return 0;
}
