// SPDX-License-Identifier: MIT
// What tests/programs/tour.c says, by Go's own system calls.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

func say(what string, err error) {
	answer := "ok"
	switch {
	case err == nil:
	case errors.Is(err, syscall.EPERM):
		answer = "EPERM"
	case errors.Is(err, syscall.EACCES):
		answer = "EACCES"
	case errors.Is(err, syscall.ENOENT):
		answer = "ENOENT"
	default:
		answer = err.Error()
	}
	fmt.Println(what, answer)
}

func main() {
	syscall.Umask(022)
	file, err := os.OpenFile("x:y", os.O_WRONLY|os.O_CREATE, 0640)
	if err != nil {
		panic(err)
	}
	info, err := os.Stat("x:y")
	if err != nil {
		panic(err)
	}
	fmt.Printf("mode %o\n", info.Mode().Perm())
	say("fifo", syscall.Mkfifo("p", 0600))
	os.Mkdir("d", 0700)
	inner, _ := os.Create("d/f")
	renamed := os.Rename("d", "e")
	say("rename", renamed)
	if renamed == nil {
		os.Rename("e", "d")
	}
	say("unlink", os.Remove("x:y"))
	_, err = os.Stat("x:y")
	say("stat", err)
	_, err = os.OpenFile("x:y", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0600)
	say("again", err)
	var names []string
	filepath.Walk(".", func(path string, info os.FileInfo, err error) error {
		if path != "." {
			names = append(names, path)
		}
		return nil
	})
	sort.Strings(names)
	fmt.Println("walk", strings.Join(names, " "))
	inner.Close()
	file.Close()
	say("rename", os.Rename("d", "e"))
}
