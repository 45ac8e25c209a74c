// SPDX-License-Identifier: MIT
// wakes TYPE SOURCE POINT: waits by epoll for a mount, as programs of Go do that watch mounts.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	// Not by os.Open, which has the file in an epoll of the runtime's: who polls first is told.
	fd, err := syscall.Open("/proc/self/mounts", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	must(err)
	table := os.NewFile(uintptr(fd), "mounts")
	ep, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	must(err)
	event := syscall.EpollEvent{Events: syscall.EPOLLPRI | syscall.EPOLLERR}
	must(syscall.EpollCtl(ep, syscall.EPOLL_CTL_ADD, fd, &event))
	for _, change := range []func() error{
		func() error { return syscall.Mount(os.Args[2], os.Args[3], os.Args[1], 0, "") },
		func() error { return syscall.Unmount(os.Args[3], 0) },
	} {
		told := make([]syscall.EpollEvent, 1)
		must(change())
		n, err := syscall.EpollWait(ep, told, 60000)
		must(err)
		_, err = table.Seek(0, io.SeekStart)
		must(err)
		text, err := io.ReadAll(table)
		must(err)
		fmt.Println(n, told[0].Events, strings.Contains(string(text), os.Args[3]))
	}
}
