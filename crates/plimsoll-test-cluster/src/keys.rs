//! Keys and certificates of a test cluster, made by Debian's `openssl`.

use std::path::Path;
use std::process::Command;

/// Makes in a folder: an authority (`ca`), the server's certificate (`server`), a user's (`carol`),
/// each as `.crt` and `.key`; and the key that service account tokens are signed with.
pub fn make(folder: &Path) {
    let run = |arguments: &[&str]| {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(folder)
            .output()
            .expect("`openssl` is needed: install the package openssl");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments:?}: {said}");
    };
    let curve = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ];
    let make = |name: &str, subject: &str, extensions: &[&str], signed: bool| {
        let (key, certificate) = (format!("{name}.key"), format!("{name}.crt"));
        let mut arguments = vec!["req", "-x509", "-days", "2", "-subj", subject];
        arguments.extend(curve);
        arguments.extend(["-keyout", &key, "-out", &certificate]);
        for extension in extensions {
            arguments.extend(["-addext", extension]);
        }
        if signed {
            arguments.extend(["-CA", "ca.crt", "-CAkey", "ca.key"]);
        }
        run(&arguments);
    };
    make(
        "ca",
        "/CN=test authority",
        &["keyUsage=critical,keyCertSign"],
        false,
    );
    let leaf = "basicConstraints=critical,CA:FALSE";
    let names = "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:cluster.example";
    make(
        "server",
        "/CN=test server",
        &[leaf, names, "extendedKeyUsage=serverAuth"],
        true,
    );
    make(
        "carol",
        "/CN=carol/O=developers",
        &[leaf, "extendedKeyUsage=clientAuth"],
        true,
    );
    run(&[
        "ecparam",
        "-name",
        "prime256v1",
        "-genkey",
        "-noout",
        "-out",
        "accounts.key",
    ]);
}
