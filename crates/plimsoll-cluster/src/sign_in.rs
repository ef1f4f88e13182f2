//! Who we are to the server: a token, a certificate, or what a program hands out. Asked for anew where
//! the server does not accept it any more.

use std::time::Duration;

use plimsoll_image::read_file_capped;

use crate::error::ClusterError;
use crate::kubeconfig::Target;
use crate::plugin::{self, Credentials};

/// Largest token, in bytes.
const TOKEN_BYTES_MAX: u64 = 64 << 10;
/// How long a person may take to sign in.
const PERSON: Duration = Duration::from_mins(5);

/// The credentials of now.
#[derive(Debug)]
pub(crate) struct SignIn {
    current: Credentials,
    is_interactive: bool,
    patience: Duration,
}

impl SignIn {
    pub fn new(is_interactive: bool, patience: Duration) -> Self {
        Self {
            current: Credentials::default(),
            is_interactive,
            patience: if is_interactive { PERSON } else { patience },
        }
    }

    /// Gets credentials, again if need be; whether they may be others than before.
    pub fn again(&mut self, target: &Target) -> Result<bool, ClusterError> {
        let user = &target.user;
        if let Some(path) = &user.token_file {
            let bytes = read_file_capped(path, TOKEN_BYTES_MAX);
            let bytes = bytes.map_err(|error| ClusterError::Kubeconfig {
                name: target.name.clone(),
                reason: format!("the token file {}: {error}", path.display()),
                hint: None,
            })?;
            let token = String::from_utf8_lossy(&bytes).trim().to_owned();
            let is_new = self.current.token.as_ref() != Some(&token);
            self.current.token = Some(token);
            return Ok(is_new);
        }
        if let Some(token) = &user.token {
            let is_new = self.current.token.is_none();
            self.current.token = Some(token.clone());
            return Ok(is_new);
        }
        if let Some(plugin) = &user.plugin {
            self.current = plugin::run(plugin, target, self.is_interactive, self.patience)?;
            return Ok(true);
        }
        Ok(false)
    }

    pub fn token(&self) -> Option<&str> {
        self.current.token.as_deref()
    }

    /// Chain and key, PEM.
    pub fn certificate<'a>(&'a self, target: &'a Target) -> Option<(&'a [u8], &'a [u8])> {
        let own = target.user.certificate.as_ref();
        let (chain, key) = own.or(self.current.certificate.as_ref())?;
        Some((chain, key))
    }

    /// Whether something is sent that others should not see.
    pub fn has_any(&self) -> bool {
        self.current.token.is_some()
    }
}
