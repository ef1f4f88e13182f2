//! A server that ends with the test, however that ends.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Becomes the program, and leaves a watcher behind that ends it when standard input closes: the
/// kernel closes it also where the test was killed.
const WATCHED: &str = r#"exec 3<&0; (read -r _ <&3; kill -9 $$) & exec "$@" </dev/null 3<&-"#;
/// Bytes of a log that are shown.
const SHOWN_BYTES_MAX: usize = 3_000;

pub struct Process {
    child: Child,
    /// Open for as long as the program is to run.
    hold: Option<ChildStdin>,
    log: PathBuf,
}

impl Process {
    /// Starts a program in a folder, its output in a log there.
    pub fn start(program: &Path, arguments: &[&str], folder: &Path) -> Self {
        let name = program.file_name().unwrap().to_string_lossy();
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log).unwrap();
        let mut child = Command::new("sh")
            .args(["-c", WATCHED, "sh"])
            .arg(program)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self {
            hold: child.stdin.take(),
            child,
            log,
        }
    }

    /// Whether it ended by itself. It is not waited for here: until then its number is its own, and
    /// the watcher meets nobody else.
    pub fn has_ended(&self) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        status.is_ok_and(|status| status.contains(") Z"))
    }

    /// What it said last.
    pub fn last_lines(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        let from = bytes.len().saturating_sub(SHOWN_BYTES_MAX);
        String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.hold.take());
        let _ = self.child.wait();
    }
}
