//! Keys that OpenSSL makes, and what cosign says of their signatures over a file.

use std::fs;
use std::path::Path;
use std::process::Command;

use plimsoll_trust::dsse::encode_base64;
use plimsoll_trust::key::{KeyError, PrivateKey, PublicKey};
use plimsoll_trust::sign;

use super::{accepted, cosign_key, password};

/// Runs OpenSSL; what it makes goes to a file.
pub fn openssl(folder: &Path, arguments: &[&str], to: &str) {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(arguments)
        .args(["-out", to])
        .output()
        .expect("openssl: install the package openssl");
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap()
}

#[test]
fn keys_of_openssl_are_read_and_cosign_takes_their_signatures() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    cosign_key(folder);
    fs::write(folder.join("file"), "data\n").unwrap();
    let kinds: [(&str, &[&str], bool); 6] = [
        (
            "p256",
            &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            true,
        ),
        // Cosign 2 hashes for these curves with SHA-256 where a key was named; we do not.
        (
            "p384",
            &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            false,
        ),
        (
            "p521",
            &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
            false,
        ),
        ("ed25519", &["-algorithm", "ED25519"], true),
        (
            "rsa2048",
            &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            true,
        ),
        (
            "rsa3072",
            &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
            true,
        ),
    ];
    let forms: [&[&str]; 4] = [
        &["-v2", "aes-256-cbc"],
        &["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA1"],
        &[
            "-v2",
            "aes-128-cbc",
            "-v2prf",
            "hmacWithSHA512",
            "-iter",
            "10000",
        ],
        &["-scrypt"],
    ];
    for (name, kind, cosign_agrees) in kinds {
        openssl(folder, &[&["genpkey"], kind].concat(), name);
        openssl(folder, &["pkey", "-in", name, "-pubout"], "public");
        let public = PublicKey::from_pem(&read(folder, "public")).unwrap();
        let plain = PrivateKey::from_pem(&read(folder, name), &mut || Err("asked".to_owned()));
        assert_eq!(plain.unwrap().public(), &public, "{name}");
        let forms = if name == "p256" {
            &forms[..]
        } else {
            &forms[3..]
        };
        for form in forms {
            let pass = ["pkcs8", "-topk8", "-in", name, "-passout", "pass:s3cret"];
            openssl(folder, &[&pass[..], *form].concat(), "sealed");
            let sealed = read(folder, "sealed");
            let key = PrivateKey::from_pem(&sealed, &mut password).unwrap();
            assert_eq!(key.public(), &public, "{name} {form:?}");
            let wrong = PrivateKey::from_pem(&sealed, &mut || Ok(b"other".to_vec().into()));
            assert!(matches!(wrong, Err(KeyError::Password)), "{name} {form:?}");
        }
        let key = PrivateKey::from_pem(&read(folder, "sealed"), &mut password).unwrap();
        let signature = sign::sign(&key, b"data\n").unwrap();
        let bundle = sign::bundle_of_message(key.public(), b"data\n", &signature).unwrap();
        fs::write(folder.join("signature"), encode_base64(&signature)).unwrap();
        fs::write(folder.join("bundle"), bundle).unwrap();
        if cosign_agrees {
            let common = [
                "verify-blob",
                "--key",
                "public",
                "--insecure-ignore-tlog=true",
            ];
            let signature = ["--signature", "signature", "file"];
            accepted(folder, &[&common[..], &signature].concat());
            if name == "p256" || name == "ed25519" {
                let bundle = ["--new-bundle-format", "--trusted-root", "root.json"];
                let bundle = [&bundle[..], &["--bundle", "bundle", "file"]].concat();
                accepted(folder, &[&common[..], &bundle].concat());
            }
        }
        // What cosign signs with the same key, we take.
        let import = [
            "import-key-pair",
            "--key",
            name,
            "--output-key-prefix",
            name,
        ];
        if name.starts_with('p') {
            accepted(folder, &import);
            let imported = read(folder, &format!("{name}.key"));
            let imported = PrivateKey::from_pem(&imported, &mut password).unwrap();
            assert_eq!(imported.public(), &public);
            let own = format!("{name}.key");
            let out = [
                "sign-blob",
                "--tlog-upload=false",
                "--key",
                &own,
                "--output-signature",
            ];
            accepted(folder, &[&out[..], &["theirs", "file"]].concat());
            let theirs = plimsoll_trust::dsse::decode_base64(
                String::from_utf8(read(folder, "theirs")).unwrap().trim(),
            );
            assert_eq!(public.verify(b"data\n", &theirs.unwrap()), Ok(()), "{name}");
        }
    }
}

#[test]
fn keys_that_are_old_or_small_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    openssl(folder, &["genpkey", "-algorithm", "ED25519"], "key");
    // What is encrypted as of old, by PBES1.
    let old = [
        "pkcs8",
        "-topk8",
        "-in",
        "key",
        "-passout",
        "pass:s3cret",
        "-v1",
        "PBE-SHA1-3DES",
    ];
    openssl(folder, &old, "sealed");
    let error = PrivateKey::from_pem(&read(folder, "sealed"), &mut || Err("asked".to_owned()));
    let error = error.unwrap_err();
    assert!(error.to_string().contains("1.12.1.3"), "{error}");
    assert!(error.hint().is_some(), "{error}");
    let small = [
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:1024",
    ];
    openssl(folder, &small, "small");
    let error = PrivateKey::from_pem(&read(folder, "small"), &mut password).unwrap_err();
    assert!(error.to_string().contains("1024 bits"), "{error}");
    openssl(folder, &["pkey", "-in", "small", "-pubout"], "small.pub");
    let error = PublicKey::from_pem(&read(folder, "small.pub")).unwrap_err();
    assert!(error.to_string().contains("1024 bits"), "{error}");
    let request = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-384",
        "-nodes",
    ];
    let rest = ["-subj", "/CN=cart", "-keyout", "of-certificate"];
    openssl(folder, &[&request[..], &rest].concat(), "certificate");
    let of_certificate = PublicKey::from_pem(&read(folder, "certificate")).unwrap();
    let key = PrivateKey::from_pem(&read(folder, "of-certificate"), &mut password).unwrap();
    assert_eq!(key.public(), &of_certificate);
}
