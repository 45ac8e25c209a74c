/* SPDX-License-Identifier: MIT */
#include "cli/elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* True where the notes hold the build id that Go's linker writes: name "Go", type 4. */
static bool has_go_note(int fd, const ElfW(Phdr) * segment)
{
    char *notes = block_at(fd, segment->p_filesz, NOTES_MAX, segment->p_offset);
    bool found = false;
    for (size_t at = 0; notes != NULL && at + sizeof(ElfW(Nhdr)) + 4 <= segment->p_filesz;) {
        ElfW(Nhdr) note;
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
static bool has_go_section(int fd, const ElfW(Ehdr) * header)
{
    size_t count = header->e_shnum;
    ElfW(Shdr) *sections = header->e_shentsize == sizeof(ElfW(Shdr)) && count <= HEADERS_MAX
                               ? block_at(fd, count * sizeof(ElfW(Shdr)), SIZE_MAX, header->e_shoff)
                               : NULL;
    bool found = false;
    if (sections != NULL && header->e_shstrndx < count) {
        const ElfW(Shdr) *strings = &sections[header->e_shstrndx];
        char *names = block_at(fd, strings->sh_size, NAMES_MAX, strings->sh_offset);
        for (size_t i = 0; names != NULL && i < count; i++) {
            size_t at = sections[i].sh_name;
            size_t room = at < strings->sh_size ? strings->sh_size - at : 0;
            for (size_t n = 0; n < sizeof(go_sections) / sizeof(go_sections[0]); n++)
                found |= room > 0 && memchr(names + at, '\0', room) != NULL &&
                         strcmp(names + at, go_sections[n]) == 0;
        }
        free(names);
    }
    free(sections);
    return found;
}

int elf_read(int fd, struct elf_facts *facts)
{
    ElfW(Ehdr) header;
    ElfW(Ehdr) own;
    *facts = (struct elf_facts){0};
    if (!read_at(fd, &header, EI_NIDENT, 0) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return -ENOEXEC;
    facts->bits = header.e_ident[EI_CLASS] == ELFCLASS32 ? 32 : 64;
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    bool known = self >= 0 && read_at(self, &own, sizeof(own), 0);
    if (self >= 0)
        close(self);
    if (known && (header.e_ident[EI_CLASS] != own.e_ident[EI_CLASS] ||
                  header.e_ident[EI_DATA] != own.e_ident[EI_DATA])) {
        facts->foreign = true;
        return 0;
    }
    if (!read_at(fd, &header, sizeof(header), 0))
        return -ENOEXEC;
    facts->machine = header.e_machine;
    if (known && header.e_machine != own.e_machine) {
        facts->foreign = true;
        return 0;
    }
    size_t count = header.e_phnum;
    ElfW(Phdr) *segments = header.e_phentsize == sizeof(ElfW(Phdr)) && count <= HEADERS_MAX
                               ? block_at(fd, count * sizeof(ElfW(Phdr)), SIZE_MAX, header.e_phoff)
                               : NULL;
    if (segments == NULL)
        return -ENOEXEC;
    facts->go = has_go_section(fd, &header);
    for (size_t i = 0; i < count; i++) {
        const ElfW(Phdr) *s = &segments[i];
        if (s->p_type == PT_NOTE)
            facts->go |= has_go_note(fd, s);
        if (s->p_type == PT_INTERP && s->p_filesz < sizeof(facts->loader) &&
            !read_at(fd, facts->loader, s->p_filesz, s->p_offset))
            facts->loader[0] = '\0';
    }
    free(segments);
    return 0;
}
