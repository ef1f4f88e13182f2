//! Work that does nothing but what a sensor hooks: the hard case, no server behaves so.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// A small program in C, so that the work is the kernel's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Reads that no rule is about, of few files.
    OpenRead,
    /// The same of more files than a sensor may remember.
    OpenMany,
    /// Files made and written, as a build or a server does.
    OpenWrite,
    /// Programs started and ended.
    Exec,
}

impl Work {
    pub const ALL: [Self; 4] = [Self::OpenRead, Self::OpenMany, Self::OpenWrite, Self::Exec];

    pub fn describe(self) -> &'static str {
        match self {
            Self::OpenRead => "1,000,000 opens for reading of eight files in `/usr`, and closes",
            Self::OpenMany => "400,000 opens for reading of 40,000 files in turn, and closes",
            Self::OpenWrite => "200,000 files made, written and removed in `/tmp`",
            Self::Exec => "5,000 programs started (`vfork`, `execve`) and waited for",
        }
    }

    const fn source(self) -> &'static str {
        match self {
            Self::OpenRead => OPEN_READ,
            Self::OpenMany => OPEN_MANY,
            Self::OpenWrite => OPEN_WRITE,
            Self::Exec => EXEC,
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::OpenRead => "open-read",
            Self::OpenMany => "open-many",
            Self::OpenWrite => "open-write",
            Self::Exec => "exec",
        }
    }

    pub fn build(self, scratch: &Path) -> Result<PathBuf> {
        compile(scratch, self.file(), self.source())
    }
}

/// Makes a program of the C text.
pub fn compile(scratch: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let program = scratch.join(name);
    let source = program.with_extension("c");
    std::fs::write(&source, text)?;
    let status = Command::new("cc")
        .args(["-O2", "-o"])
        .arg(&program)
        .arg(&source)
        .status()
        .context("failed to run cc: install Debian's package `gcc`")?;
    ensure!(status.success(), "cc failed on {}", source.display());
    Ok(program)
}

const OPEN_READ: &str = r#"
#include <fcntl.h>
#include <unistd.h>
static const char *paths[] = {
    "/usr/share/common-licenses/GPL-3", "/usr/share/common-licenses/BSD",
    "/usr/share/common-licenses/Apache-2.0", "/usr/share/zoneinfo/UTC",
    "/usr/lib/os-release", "/usr/share/common-licenses/LGPL-3",
    "/usr/share/base-files/profile", "/usr/share/base-passwd/passwd.master",
};
int main(void) {
    for (int i = 0; i < 1000000; i++) {
        int fd = open(paths[i & 7], O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return 1;
        close(fd);
    }
    return 0;
}
"#;

/// Where the many files are.
pub const MANY: &str = "/tmp/plimsoll-many";

/// The files are made by the first run, and stay for the others.
const OPEN_MANY: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) {
    char path[64];
    mkdir("/tmp/plimsoll-many", 0700);
    for (int i = 0; i < 400000; i++) {
        snprintf(path, sizeof path, "/tmp/plimsoll-many/%d", i % 40000);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            return 1;
        close(fd);
    }
    return 0;
}
"#;

const OPEN_WRITE: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
    char path[64];
    for (int i = 0; i < 200000; i++) {
        snprintf(path, sizeof path, "/tmp/plimsoll-work-%d-%d", (int)getpid(), i & 63);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, path, 8) != 8)
            return 1;
        close(fd);
        unlink(path);
    }
    return 0;
}
"#;

const EXEC: &str = r#"
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv) {
    if (argc > 1)
        return 0;
    for (int i = 0; i < 5000; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            execl(argv[0], argv[0], "child", (char *)0);
            _exit(127);
        }
        int status;
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
            return 1;
    }
    return 0;
}
"#;
