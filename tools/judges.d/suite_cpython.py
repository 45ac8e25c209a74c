# SPDX-License-Identifier: MIT
"""CPython's tests of what has to do with files, by unittest's own names."""

import re

import building
import suites

FILES = """
test_bufio test_bz2 test_cmd_line test_cmd_line_script test_compileall test_configparser test_dbm
test_dbm_dumb test_fcntl test_file test_file_eintr test_filecmp test_fileinput test_fileio test_fnmatch
test_genericpath test_glob test_gzip test_httpservers test_import test_importlib test_io test_largefile
test_linecache test_logging test_lzma test_mailbox test_mmap test_netrc test_openpty test_os test_pathlib
test_poll test_popen test_posix test_posixpath test_pty test_py_compile test_runpy test_select
test_selectors test_shelve test_shutil test_site test_socket test_sqlite3 test_stat test_subprocess
test_tarfile test_tempfile test_unicode_file test_unicode_file_functions test_urllib test_zipapp
test_zipfile test_zipfile64 test_zipimport
""".split()

TEST = re.compile(r"^\s*(\w+) \(((?:[A-Za-z_]\w*\.)+\w+)\)(.*)$")
RESULT = re.compile(r"(?:^|\W)(ok|FAIL|ERROR|expected failure|unexpected success|skipped\b.*)$")
BLOCK = re.compile(r"^(?:FAIL|ERROR): (\w+) \(((?:[A-Za-z_]\w*\.)+\w+)\)")


class SUITE(suites.Suite):
    name = "cpython"
    about = "CPython's tests of files and processes (--all: all of its tests)"
    package = "python3.11"
    seconds = 900

    def build(self, log):
        building.run(["./configure", "--quiet"], self.source, log)
        building.make(self.source, log, "all")

    def units(self, everything):
        if not everything:
            return FILES
        tests = self.source / "Lib/test"
        return sorted(p.stem for p in tests.glob("test_*") if p.suffix == ".py" or (p / "__init__.py").exists())

    def command(self, unit, directory):
        python = str(self.source / "python")
        environment = {"LC_ALL": "C.UTF-8"}
        # In a virtual machine nobody answers on a vsock, and that test waits.
        return [python, "-m", "test", "-v", "-i", "*ThreadedVSOCK*", "--tempdir", str(directory), unit], environment

    def read(self, lines, status):
        details = read_blocks(lines)
        seen, at, pending = {}, {}, None
        for i, line in enumerate(lines):
            if BLOCK.match(line):
                break
            named = TEST.match(line)
            if named:
                # Since 3.11 the second word ends with the first.
                pending = named[2] if named[2].endswith("." + named[1]) else f"{named[2]}.{named[1]}"
            result = RESULT.search(named[3] if named else line) if pending else None
            if not result:
                continue
            word = result[1].split()[0] if result[1].startswith("skipped") else result[1]
            if word == "skipped":
                details[pending] = result[1]
            # A test of which a part failed says nothing more.
            if seen.get(pending) not in ("FAIL", "ERROR"):
                seen[pending], at[pending] = word, i
            if not line.startswith("  "):
                pending = None
        for test, word in seen.items():
            yield suites.Verdict(test, word, details.get(test, ""), at[test])


def read_blocks(lines):
    """{test: what was wrong}: the last line of its traceback."""
    details, test = {}, None
    for i, line in enumerate(lines):
        found = BLOCK.match(line)
        if found:
            test = found[2] if found[2].endswith("." + found[1]) else f"{found[2]}.{found[1]}"
        elif test and (line.startswith("=====") or line.startswith("Ran ")):
            test = None
        elif test and re.match(r"[\w.]+(Error|Exception|Expired|Warning|Exit|Interrupt)\b", line):
            details.setdefault(test, line)
    return details
