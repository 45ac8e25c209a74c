// SPDX-License-Identifier: MIT
// What tests/programs/tour.c says, by Rust's std; the modes by a statx of our own.
use std::arch::asm;
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

extern "C" {
    fn mkfifo(path: *const u8, mode: u32) -> i32;
    fn umask(mask: u32) -> u32;
}

fn say<T>(what: &str, result: io::Result<T>) -> bool {
    let answer = match result {
        Ok(_) => "ok".to_string(),
        Err(e) => match e.raw_os_error() {
            Some(1) => "EPERM".to_string(),
            Some(13) => "EACCES".to_string(),
            Some(2) => "ENOENT".to_string(),
            _ => e.to_string(),
        },
    };
    println!("{} {}", what, answer);
    answer == "ok"
}

#[cfg(target_arch = "x86_64")]
fn mode_by_statx(path: &[u8]) -> u16 {
    let mut buf = [0u8; 256];
    let mut r: i64 = 332;
    unsafe {
        asm!("syscall", inout("rax") r, in("rdi") -100i64, in("rsi") path.as_ptr(), in("rdx") 0,
             in("r10") 0x7ff, in("r8") buf.as_mut_ptr(), in("r9") 0, out("rcx") _, out("r11") _);
    }
    assert!(r == 0);
    u16::from_le_bytes([buf[28], buf[29]]) & 0o777
}

#[cfg(not(target_arch = "x86_64"))]
fn mode_by_statx(_: &[u8]) -> u16 {
    use std::os::unix::fs::PermissionsExt;
    (fs::metadata("x:y").unwrap().permissions().mode() & 0o777) as u16
}

fn walk(directory: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        names.push(path.strip_prefix(".").unwrap().to_str().unwrap().to_string());
        if path.is_dir() {
            walk(&path, names);
        }
    }
}

fn main() {
    unsafe { umask(0o022) };
    let file = fs::OpenOptions::new().write(true).create(true).mode(0o640).open("x:y").unwrap();
    println!("mode {:o}", mode_by_statx(b"x:y\0"));
    let made = unsafe { mkfifo(b"p\0".as_ptr(), 0o600) };
    say("fifo", if made == 0 { Ok(()) } else { Err(io::Error::last_os_error()) });
    fs::create_dir("d").unwrap();
    let inner = fs::File::create("d/f").unwrap();
    if say("rename", fs::rename("d", "e")) {
        fs::rename("e", "d").unwrap();
    }
    say("unlink", fs::remove_file("x:y"));
    say("stat", fs::metadata("x:y"));
    say("again", fs::OpenOptions::new().write(true).create_new(true).open("x:y"));
    let mut names = Vec::new();
    walk(Path::new("."), &mut names);
    names.sort();
    println!("walk {}", names.join(" "));
    drop(inner);
    drop(file);
    say("rename", fs::rename("d", "e"));
}
