//! Who signs: a key file, or a program of the user's. And what is signed: an image, or a file.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plimsoll_image::hash::sha256;
use plimsoll_image::read_file_capped;
use plimsoll_image::registry::{Reference, Repository};
use plimsoll_model::Digest;
use plimsoll_trust::attach::{self, AttachError, Subject};
use plimsoll_trust::key::{KEY_BYTES_MAX, KeyError, PrivateKey, PublicKey};
use plimsoll_trust::sign::{SignError, Signer};
use zeroize::Zeroizing;

use crate::cli::SigningArgs;
use crate::failure::{Context, Failure};
use crate::session::Session;
use crate::{input, outputs, password, target};

/// Most that a program that signs may answer, in bytes.
const ANSWER_BYTES_MAX: u64 = 64 << 10;

/// Who signs, as the arguments say.
pub fn signer(arguments: &SigningArgs) -> Result<Box<dyn Signer>, Failure> {
    let path = &arguments.key;
    let name = path.display().to_string();
    let text = Zeroizing::new(
        read_file_capped(path, KEY_BYTES_MAX).context(format_args!("read the key {name}"))?,
    );
    let failed = |error: KeyError| {
        Failure::new(format!("failed to {error} ({name})"))
            .maybe_hint(error.hint().map(str::to_owned))
    };
    if let Some(command) = &arguments.signer {
        return Ok(Box::new(Program {
            command: command.clone(),
            key: PublicKey::from_pem(&text).map_err(failed)?,
        }));
    }
    let key = PrivateKey::from_pem(&text, &mut || password::get(&name)).map_err(failed)?;
    Ok(Box::new(key))
}

/// What could not be signed.
pub fn failure(error: &SignError) -> Failure {
    let hint = match error {
        SignError::Key(error) => error.hint(),
        SignError::OtherKey => {
            Some("--key has to name the public key of the key that it signs with")
        }
        _ => None,
    };
    Failure::new(format!("failed to {error}")).maybe_hint(hint.map(str::to_owned))
}

/// What could not be put into a registry.
pub fn attach_failure(error: &AttachError) -> Failure {
    let hint = match error {
        AttachError::Registry(error) => error.hint(),
        AttachError::NoImage(_) => Some("push the image first; it is signed by digest".to_owned()),
        AttachError::NotOurs { .. } => {
            Some("look at what is there; --new-bundle-format puts it elsewhere".to_owned())
        }
        _ => None,
    };
    Failure::new(format!("failed to {error}")).maybe_hint(hint)
}

/// A program that signs.
struct Program {
    command: String,
    key: PublicKey,
}

impl Signer for Program {
    fn public_key(&self) -> &PublicKey {
        &self.key
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let failed = |reason: String| SignError::Program(reason);
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(&self.command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let stdin = child.stdin.take();
        let mut stdout = child.stdout.take();
        let mut answer = Vec::new();
        std::thread::scope(|scope| {
            // Beside reading, so that neither waits for the other. A program that signs a digest of
            // its own may stop reading; what it then gives is held against the key.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(message)));
            if let Some(stdout) = stdout.as_mut() {
                let _ = stdout.take(ANSWER_BYTES_MAX + 1).read_to_end(&mut answer);
            }
            drop(stdout.take());
        });
        let status = child.wait().map_err(|error| failed(error.to_string()))?;
        if answer.len() as u64 > ANSWER_BYTES_MAX {
            return Err(failed(
                "what it gave is too long for a signature".to_owned(),
            ));
        }
        if !status.success() {
            return Err(failed(format!("it ended with {status}")));
        }
        Ok(self.raw(message, answer))
    }
}

impl Program {
    /// The signature itself, where the program wrote it as base64.
    fn raw(&self, message: &[u8], answer: Vec<u8>) -> Vec<u8> {
        if self.key.verify(message, &answer).is_ok() {
            return answer;
        }
        let text: Vec<u8> = answer
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        STANDARD.decode(text).unwrap_or(answer)
    }
}

/// What is signed.
pub enum Signed {
    Image(Box<SignedImage>),
    File { name: String, bytes: Vec<u8> },
}

/// An image in its registry.
pub struct SignedImage {
    pub repository: Repository,
    pub subject: Subject,
}

impl SignedImage {
    /// `registry/repository`, as signatures have it.
    pub fn name(&self) -> String {
        let reference = self.repository.reference();
        // Cosign's spelling of Docker's registry.
        let host = match reference.host.as_str() {
            "docker.io" => "index.docker.io",
            host => host,
        };
        format!("{host}/{}", reference.repository)
    }
}

/// Finds what the user named: a file that is there, else an image in a registry.
pub fn find(session: &Session, name: &str, arguments: &SigningArgs) -> Result<Signed, Failure> {
    let path = Path::new(name);
    if name == "-" || path.is_file() {
        return Ok(Signed::File {
            name: path
                .file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
                .into_owned(),
            bytes: input::read(path)?,
        });
    }
    let image = name.strip_prefix("registry:").unwrap_or(name);
    let reference: Reference = image.parse().map_err(|error| {
        Failure::new(format!("failed to {error}"))
            .hint("an image in a registry as registry.example/shop/cart:2.3, or a file")
    })?;
    if session.configuration.offline {
        return Err(
            Failure::new(format!("failed to reach {reference}: --offline forbids it"))
                .hint("sign a file, or leave --offline away"),
        );
    }
    let options = target::registry_options(session, &arguments.registry)?;
    let repository =
        Repository::new(&reference, &options).map_err(|error| target::open_failure(&error))?;
    let subject = attach::subject(&repository, &reference.version())
        .map_err(|error| attach_failure(&error))?;
    Ok(Signed::Image(Box::new(SignedImage {
        repository,
        subject,
    })))
}

/// The digest of what is signed.
pub fn digest(signed: &Signed) -> Digest {
    match signed {
        Signed::Image(image) => image.subject.digest.clone(),
        Signed::File { bytes, .. } => sha256(bytes),
    }
}

/// Writes a file that was asked for.
pub fn write(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let Some(path) = path else {
        return Ok(());
    };
    outputs::write_atomically(path, bytes).context(format_args!("write {}", path.display()))
}
