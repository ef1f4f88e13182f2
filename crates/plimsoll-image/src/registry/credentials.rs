//! Who we are to a registry: Docker's `config.json` and the credential helpers that it names.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::{OpenError, read_file_capped};

/// Largest `config.json`, in bytes.
const CONFIG_BYTES_MAX: u64 = 1 << 20;
/// Most that a helper may answer, in bytes.
const HELPER_BYTES_MAX: u64 = 64 << 10;
/// How long a helper may take.
const HELPER_WAIT_MAX: Duration = Duration::from_secs(20);
/// The key under which Docker keeps its own registry.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// A user name with password or token.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub secret: String,
    /// An identity token to be exchanged, in place of user and password.
    pub identity_token: Option<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Login({}, …)", self.user)
    }
}

impl Login {
    /// The value of an Authorization header.
    pub fn basic(&self) -> String {
        format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", self.user, self.secret))
        )
    }
}

/// Where logins are found.
#[derive(Clone, Default)]
pub struct Credentials {
    config: Config,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Config {
    auths: BTreeMap<String, Auth>,
    #[serde(rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "the names of the file")]
struct Auth {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

#[derive(Deserialize)]
struct HelperAnswer {
    #[serde(rename = "Username")]
    user: String,
    #[serde(rename = "Secret")]
    secret: String,
}

impl Credentials {
    /// Reads Docker's `config.json`; a file that is not there means no logins.
    pub fn from_docker_config(path: &Path) -> Result<Self, OpenError> {
        let bytes = match read_file_capped(path, CONFIG_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(OpenError::io(path.display().to_string(), error)),
        };
        let config = serde_json::from_slice(&bytes).map_err(|error| {
            OpenError::document(path.display().to_string(), "credentials", error.to_string())
        })?;
        Ok(Self { config })
    }

    /// The login for a registry; `None` to ask without one. An unusable helper is an error, so that
    /// nobody wonders why access is denied.
    pub fn login(&self, host: &str) -> Result<Option<Login>, String> {
        let keys = keys(host);
        let helper = keys
            .iter()
            .find_map(|key| self.config.helpers.get(key))
            .or_else(|| self.config.store.as_ref().filter(|_| self.is_known(&keys)));
        if let Some(helper) = helper {
            return ask_helper(helper, keys.first().map_or(host, String::as_str));
        }
        let Some(auth) = keys.iter().find_map(|key| self.config.auths.get(key)) else {
            return Ok(None);
        };
        read_auth(auth)
    }

    /// With a store, `auths` holds empty entries for what is in it.
    fn is_known(&self, keys: &[String]) -> bool {
        self.config.auths.is_empty() || keys.iter().any(|key| self.config.auths.contains_key(key))
    }
}

/// For fuzzing: reads every login that stands in a configuration; asks no helper.
pub(super) fn read_all(json: &[u8]) {
    let Ok(config) = serde_json::from_slice::<Config>(json) else {
        return;
    };
    for (host, auth) in &config.auths {
        let _ = keys(host);
        if let Ok(Some(login)) = read_auth(auth) {
            let _ = login.basic();
        }
    }
}

/// The spellings under which a host may stand.
fn keys(host: &str) -> Vec<String> {
    if host == "docker.io" || host == "registry-1.docker.io" {
        return vec![
            DOCKER_HUB.to_owned(),
            "docker.io".to_owned(),
            "index.docker.io".to_owned(),
        ];
    }
    vec![
        host.to_owned(),
        format!("https://{host}"),
        format!("https://{host}/"),
        format!("http://{host}"),
    ]
}

fn read_auth(auth: &Auth) -> Result<Option<Login>, String> {
    let identity_token = auth.identitytoken.clone().filter(|token| !token.is_empty());
    if let (Some(user), Some(secret)) = (&auth.username, &auth.password) {
        return Ok(Some(Login {
            user: user.clone(),
            secret: secret.clone(),
            identity_token,
        }));
    }
    let Some(encoded) = auth.auth.as_ref().filter(|text| !text.is_empty()) else {
        return Ok(identity_token.map(|token| Login {
            user: String::new(),
            secret: String::new(),
            identity_token: Some(token),
        }));
    };
    let decoded = STANDARD
        .decode(encoded.trim())
        .map_err(|_| "its `auth` is not base64")?;
    let decoded = String::from_utf8(decoded).map_err(|_| "its `auth` is not text")?;
    let (user, secret) = decoded.split_once(':').ok_or("its `auth` has no colon")?;
    let secret = secret.trim_end_matches('\0').to_owned();
    Ok(Some(Login {
        user: user.to_owned(),
        secret,
        identity_token,
    }))
}

/// Runs `docker-credential-NAME get`.
fn ask_helper(name: &str, server: &str) -> Result<Option<Login>, String> {
    if name.is_empty()
        || !name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    {
        return Err(format!("`{name}` is no name of a credential helper"));
    }
    let program = format!("docker-credential-{name}");
    let failed = |error: std::io::Error| format!("credential helper {program}: {error}");
    let mut child = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(server.as_bytes());
    }
    let begun = Instant::now();
    let stdout = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stdout) = stdout {
            let _ = stdout.take(HELPER_BYTES_MAX).read_to_end(&mut bytes);
        }
        bytes
    });
    let status = loop {
        match child.try_wait().map_err(failed)? {
            Some(status) => break status,
            None if begun.elapsed() > HELPER_WAIT_MAX => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!(
                    "credential helper {program} did not answer in time"
                ));
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    let bytes = reader.join().unwrap_or_default();
    if !status.success() {
        // Helpers say this when they know nothing of the server.
        if String::from_utf8_lossy(&bytes).contains("credentials not found") {
            return Ok(None);
        }
        return Err(format!("credential helper {program} failed ({status})"));
    }
    let answer: HelperAnswer = serde_json::from_slice(&bytes)
        .map_err(|_| format!("credential helper {program} answered something else than a login"))?;
    Ok(Some(if answer.user == "<token>" {
        Login {
            user: String::new(),
            secret: String::new(),
            identity_token: Some(answer.secret),
        }
    } else {
        Login {
            user: answer.user,
            secret: answer.secret,
            identity_token: None,
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(json: &str) -> Credentials {
        Credentials {
            config: serde_json::from_str(json).unwrap(),
        }
    }

    #[test]
    fn logins_are_found_under_every_spelling() {
        // user:pass
        let found = credentials(
            r#"{"auths": {"https://r.example": {"auth": "dXNlcjpwYXNz"},
                "https://index.docker.io/v1/": {"username": "a", "password": "b"}}}"#,
        );
        assert_eq!(found.login("r.example").unwrap().unwrap().user, "user");
        assert_eq!(found.login("docker.io").unwrap().unwrap().secret, "b");
        assert_eq!(found.login("other.example").unwrap(), None);
    }

    #[test]
    fn a_login_does_not_show_its_secret() {
        let login = Login {
            user: "u".into(),
            secret: "hidden".into(),
            identity_token: None,
        };
        assert!(!format!("{login:?}").contains("hidden"));
    }

    #[test]
    fn unusable_logins_are_errors() {
        for auth in ["{\"auth\": \"%%\"}", "{\"auth\": \"bm9jb2xvbg==\"}"] {
            let found = credentials(&format!("{{\"auths\": {{\"r.example\": {auth}}}}}"));
            assert!(found.login("r.example").is_err(), "{auth}");
        }
        let helper = credentials(r#"{"credHelpers": {"r.example": "../../bin/sh"}}"#);
        assert!(helper.login("r.example").is_err());
        let missing = credentials(r#"{"credHelpers": {"r.example": "none-such-helper"}}"#);
        assert!(missing.login("r.example").is_err());
    }
}
