/* SPDX-License-Identifier: MIT */
/* The commands of `lxshim win`, with what they say about themselves. */
#include "win/command.h"

#define ATTRIBUTES                                                              \
    "Attributes: D directories, R read-only, H hidden, S system, A ready for\n" \
    "archiving, I not indexed, L reparse points, O offline; - before one means not.\n"

const struct win_command win_commands[] = {
    {"attrib", "[+-RASHOIXPU...] [NAME] [/s [/d]] [/l]", "show or change attributes",
     "  +R -H ...  set or clear attributes\n"
     "  /s         in every directory below, too\n"
     "  /d         directories, too\n"
     "  /l         a link itself, and not what it leads to\n",
     false, win_attrib},
    {"cmd", "[/c LINE]", "read lines as cmd.exe does, from standard input",
     "Knows the commands that \"lxshim win\" lists, and cd, exit, rem, X:.\n"
     "Lines may have >, >>, <, &, && and ||; \"^\" takes away what the next character\n"
     "means. "
     "Not done here: pipes, groups in parentheses, variables, batch files.\n",
     true, win_cmd},
    {"copy", "NAME TARGET [/b] [/y]", "copy files, with their streams, attributes and times", NULL,
     false, win_copy},
    {"del", "[/f] [/p] [/q] [/s] [/a[:ATTRIBUTES]] NAME...", "delete files",
     "  /f  read-only ones, too\n"
     "  /p  ask before each\n"
     "  /q  do not ask before everything in a directory goes\n"
     "  /s  in every directory below, too, but not through links\n"
     "  /a  those with these attributes; hidden and system files are left alone\n"
     "      without\n" ATTRIBUTES,
     false, win_del},
    {"dir", "[/a[:A] /b /-c /o[:O] /q /r /s /t[:T] /x] [NAME...]", "list directories",
     "  /a   what has these attributes; everything, where none is named\n"
     "  /b   names alone\n"
     "  /-c  no separators in sizes\n"
     "  /o   by name (n), size (s), extension (e), date (d), directories first (g);\n"
     "       - backwards\n"
     "  /q   owners\n"
     "  /r   alternate data streams\n"
     "  /s   every directory below, too, but not through links\n"
     "  /t   the time of creation (c), last access (a) or last write (w)\n"
     "  /x   short names\n" ATTRIBUTES,
     false, win_dir},
    {"ea", "[list|set|delete|read|write] NAME [EA [VALUE]]", "show and change extended attributes",
     "  NAME, list NAME     every attribute: name, size, bytes, what they mean\n"
     "  set NAME EA VALUE   a number for $LXUID, $LXGID and $LXMOD (0100644 is octal),\n"
     "                      MAJOR:MINOR for $LXDEV, 0xBYTES or text for every one\n"
     "  delete NAME EA      remove one\n"
     "  read NAME           all of them as FILE_FULL_EA_INFORMATION, in hexadecimal\n"
     "  write NAME BYTES    the same the other way; one without a value is removed\n"
     "$LX* are what WSL keeps of a file on a drive with metadata.\n",
     true, win_ea},
    {"echo", "TEXT", "print text", NULL, true, win_echo},
    {"erase", NULL, NULL, NULL, false, win_del},
    {"fsutil", "FAMILY COMMAND NAME...", "show and change what NTFS keeps of a file",
     "  reparsepoint query NAME             the tag and data of a link, or another\n"
     "  reparsepoint delete NAME            make it an ordinary file or directory\n"
     "  file queryCaseSensitiveInfo NAME    whether names in it differ by case\n"
     "  file setCaseSensitiveInfo NAME enable|disable   of an empty directory\n"
     "  file queryFileID NAME               the file reference\n"
     "  file queryFileNameById VOLUME ID    a name that has it\n"
     "  hardlink list NAME                  every name of a file\n"
     "  hardlink create NEW NAME            one more\n"
     "  sparse queryFlag NAME               whether a file may have holes\n"
     "  sparse setFlag NAME [0|1]           1: what is not written takes no room\n"
     "  sparse setRange NAME OFFSET LENGTH  a hole, in bytes\n"
     "  sparse queryRange NAME              what of it has room\n",
     true, win_fsutil},
    {"hold", "[--access A] [--share S] ... NAME [-- COMMAND...]",
     "be a process of Windows that has a file or directory open",
     "For as long as COMMAND runs, for 50ms or 2s (--for TIME), or until standard\n"
     "input ends (--until-stdin-closes); then it prints \"ready\" when the file is\n"
     "open. Access and sharing are hexadecimal, or words joined by a comma: read,\n"
     "write, execute, all, delete, attributes; none, read, write, delete, all.\n"
     "Others are refused what it does not share, programs under lxshim included.\n",
     true, win_hold},
    {"icacls", "NAME [/grant WHO:RIGHTS...] [/deny WHO:RIGHTS...] ...",
     "show or change security descriptors",
     "  /grant WHO:RIGHTS    add to what an account is granted; /grant:r: instead of\n"
     "                       what it is\n"
     "  /deny WHO:RIGHTS     deny it\n"
     "  /remove WHO          what an account is granted (:g), denied (:d), or both\n"
     "  /inheritance:e|d|r   inherit; do not, but keep a copy of what was inherited;\n"
     "                       or without\n"
     "  /reset               nothing but what is inherited\n"
     "  /setowner WHO        another owner\n"
     "  /t, /c, /q           everything below, too; go on after a failure; say less\n"
     "Rights are F, M, RX, R, W, D, or in parentheses a list of them and of DE, Rc,\n"
     "WDAC, WO, S, RD, WD, AD, REA, WEA, X, DC, RA, WA. Before them, of directories:\n"
     "(OI), (CI), (IO), (NP). Accounts: LXSHIM\\user, who asks; Everyone, Users,\n"
     "Administrators, SYSTEM and others; *S-1-...\n"
     "A file without a descriptor has inherited that everyone may do everything.\n",
     true, win_icacls},
    {"md", "NAME...", "make directories, and those above them", NULL, false, win_md},
    {"mkdir", NULL, NULL, NULL, false, win_md},
    {"mklink", "[/d|/j|/h] LINK TARGET", "make a link",
     "  /d  a symlink to a directory; without a switch, one to a file\n"
     "  /j  a junction\n"
     "  /h  a hard link\n"
     "Symlinks need a privilege: see \"windows\" in lxshim-policy(5).\n",
     false, win_mklink},
    {"more", "NAME", "print a file or stream", NULL, false, win_more},
    {"move", "NAME TARGET [/y]", "move files and directories", NULL, false, win_move},
    {"nt", "[SCRIPT]", "make the NT calls of a script, on handles that have names",
     "A call is a line, of a file or of standard input, and so is its answer: the\n"
     "line's number, the call, its handle, NTSTATUS, Win32 error, and what it has\n"
     "told:\n"
     "  open H NAME [access=A] [share=S] [disposition=D] [options=O] [attributes=T]\n"
     "  close H                         query H\n"
     "  disposition H delete|keep\n"
     "  disposition-ex H keep|delete[,posix][,on-close]...\n"
     "  rename H NAME [flags=replace]   link H NAME [flags=replace]\n"
     "  basic H [attributes=T] [creation-time=N] [access-time=N] [write-time=N]\n"
     "  eof H SIZE                      list H [PATTERN]\n"
     "  read H OFFSET LENGTH            write H OFFSET VALUE\n"
     "  lock H OFFSET LENGTH [flags=exclusive]    unlock H OFFSET LENGTH\n"
     "  ea-query H                      ea-set H EA [VALUE]\n"
     "  reparse-get H                   reparse-set H 0xBYTES\n"
     "  reparse-delete H TAG\n"
     "NAME is C:\\DIR\\FILE, in quotes where it has blanks. Words of A, S, D and O are\n"
     "those of ntcreate, and delete-on-close; of T readonly, hidden, system, archive.\n"
     "VALUE is text or 0xBYTES. # begins a comment.\n",
     true, win_nt},
    {"ntcreate", "NAME [--access A] [--share S] [--disposition D] ...",
     "show what NtCreateFile answers",
     "Numbers are hexadecimal; words are joined by a comma.\n"
     "  --access       read, write, execute, all, delete, attributes, synchronize\n"
     "  --share        none, read, write, delete, all\n"
     "  --disposition  supersede, open, create, open-if, overwrite, overwrite-if\n"
     "  --options      directory-file, non-directory-file, backup-intent,\n"
     "                 open-reparse-point\n",
     true, win_ntcreate},
    {"rd", "[/s] [/q] NAME...", "remove directories",
     "  /s  with everything below, but not through links, nor in what is mounted there\n"
     "  /q  without asking\n",
     false, win_rd},
    {"ren", "NAME NEW", "rename files; both may have * and ?", NULL, false, win_ren},
    {"rename", NULL, NULL, NULL, false, win_ren},
    {"rmdir", NULL, NULL, NULL, false, win_rd},
    {"takeown", "/f NAME [/a] [/r [/d y|n] [/skipsl]]", "become the owner of files",
     "  /a       the administrators' group does\n"
     "  /r       of everything below, too, but not through links\n"
     "  /d       the answer where a directory may not be read: y gives the owner full\n"
     "           control in place of its permissions, n leaves what is in it\n"
     "  /skipsl  not of links\n"
     "Who is elevated may take everything, others what grants them WO.\n",
     true, win_takeown},
    {"type", "NAME...", "print files", NULL, false, win_type},
    {"write", "NAME TEXT...", "write a line, as `echo TEXT> NAME` does", NULL, true,
     win_write_text},
    {.name = NULL},
};
