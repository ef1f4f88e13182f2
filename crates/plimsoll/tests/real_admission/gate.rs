//! A webhook that runs, with certificates by Debian's `openssl`.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

pub struct Gate {
    child: Child,
    folder: PathBuf,
    address: String,
    said: Arc<Mutex<String>>,
}

fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("`openssl` is needed: install the package openssl");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {said}");
    output.stdout
}

const CURVE: [&str; 5] = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
];

fn authority(folder: &Path) {
    let mut arguments = vec![
        "req",
        "-x509",
        "-days",
        "2",
        "-subj",
        "/CN=webhook authority",
    ];
    arguments.extend(CURVE);
    arguments.extend(["-keyout", "ca.key", "-out", "ca.crt"]);
    arguments.extend(["-addext", "keyUsage=critical,keyCertSign"]);
    openssl(folder, &arguments);
}

/// Makes or renews a certificate, as cert-manager would: certificate and key are replaced one after
/// the other, so that for a moment they do not go together.
pub fn certificate(folder: &Path, name: &str) {
    let (new_key, new_certificate) = (format!("new-{name}.key"), format!("new-{name}.crt"));
    let mut arguments = vec!["req", "-x509", "-days", "2", "-subj", "/CN=webhook"];
    arguments.extend(CURVE);
    arguments.extend(["-keyout", &new_key, "-out", &new_certificate]);
    arguments.extend(["-addext", "basicConstraints=critical,CA:FALSE"]);
    arguments.extend(["-addext", "subjectAltName=IP:127.0.0.1"]);
    arguments.extend(["-CA", "ca.crt", "-CAkey", "ca.key"]);
    openssl(folder, &arguments);
    fs::rename(
        folder.join(&new_certificate),
        folder.join(format!("{name}.crt")),
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(20));
    fs::rename(folder.join(&new_key), folder.join(format!("{name}.key"))).unwrap();
}

impl Gate {
    /// Starts the program with a policy, in a folder of its own below another.
    pub fn start(below: &Path, policy: &str, arguments: &[&str]) -> Self {
        let folder = below.join("gate");
        fs::create_dir_all(&folder).unwrap();
        if !folder.join("ca.crt").exists() {
            authority(&folder);
        }
        certificate(&folder, "server");
        fs::write(folder.join("plimsoll.yaml"), policy).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args([
                "serve",
                "admission",
                "--listen",
                "127.0.0.1:0",
                "--drain-seconds",
                "0",
            ])
            .args(["--tls-cert", "server.crt", "--tls-key", "server.key"])
            .args(["--decision-log", "decisions.jsonl"])
            .args(arguments)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let heard = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut said = heard.lock().unwrap();
                said.push_str(&line);
                said.push('\n');
            }
        });
        let begun = Instant::now();
        let address = loop {
            let text = said.lock().unwrap().clone();
            if let Some((_, rest)) = text.split_once("at https://") {
                break rest.split('/').next().unwrap().to_owned();
            }
            assert!(
                begun.elapsed() < Duration::from_mins(1),
                "not started: {text}"
            );
            std::thread::sleep(Duration::from_millis(20));
        };
        Self {
            child,
            folder,
            address,
            said,
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// The authority as a webhook's configuration has it: base64 of PEM.
    pub fn authority(&self) -> String {
        let bytes = openssl(&self.folder, &["base64", "-A", "-in", "ca.crt"]);
        String::from_utf8(bytes).unwrap().trim().to_owned()
    }

    pub fn write_policy(&self, policy: &str) {
        fs::write(self.folder.join("new.yaml"), policy).unwrap();
        fs::rename(
            self.folder.join("new.yaml"),
            self.folder.join("plimsoll.yaml"),
        )
        .unwrap();
    }

    /// What it said on standard error.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("decisions.jsonl")).unwrap_or_default()
    }

    /// The first decision that fits; it is waited for.
    pub fn decision(&self, fits: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let log = self.log();
            let lines = log
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            if let Some(line) = lines.into_iter().find(&fits) {
                return line;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "not in the log:\n{log}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks for a page by `openssl`: a client that shares no code with the server.
    pub fn get(&self, path: &str) -> String {
        let mut child = Command::new("openssl")
            .args([
                "s_client",
                "-quiet",
                "-connect",
                &self.address,
                "-CAfile",
                "ca.crt",
            ])
            .args(["-verify_return_error", "-verify_ip", "127.0.0.1"])
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, request.as_bytes()).unwrap();
        let mut answer = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut answer)
            .unwrap();
        drop(stdin);
        child.wait().unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        body.to_owned()
    }

    /// What a new connection is shown.
    pub fn shown_certificate(&self) -> String {
        let shown = [
            "s_client",
            "-connect",
            &self.address,
            "-CAfile",
            "ca.crt",
            "-verify_return_error",
        ];
        let text = String::from_utf8_lossy(&openssl(&self.folder, &shown)).into_owned();
        let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----").unwrap();
        rest.split_once("-----END").unwrap().0.to_owned()
    }

    /// Sends a signal: `STOP`, `HUP`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success(), "{name}");
    }

    /// Asks it to end; its exit code.
    pub fn end(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
