//! Certificate, key and client authority as they stand in PEM files.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// What the server shows, and whom it believes.
#[derive(Clone)]
pub struct Identity {
    /// The certificate and those between it and its authority, PEM.
    pub certificate: Vec<u8>,
    /// PEM.
    pub key: Vec<u8>,
    /// Authorities of clients, PEM; where there are any, only their clients may ask for a verdict.
    pub client_authority: Option<Vec<u8>>,
}

/// Why a certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    #[error("read the certificate: {0}")]
    Certificate(String),
    #[error("read the key: {0}")]
    Key(String),
    #[error("use certificate and key together: {0}")]
    Together(String),
    #[error("read the client authority: {0}")]
    ClientAuthority(String),
}

impl Identity {
    /// The configuration of TLS, and whether clients need a certificate.
    pub(super) fn read(&self) -> Result<(Arc<ServerConfig>, bool), IdentityError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let chain = certificates(&self.certificate).map_err(IdentityError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key);
        let key = key.map_err(|error| IdentityError::Key(error.to_string()))?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| IdentityError::Together(error.to_string()))?;
        let builder = match &self.client_authority {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let wrong = IdentityError::ClientAuthority;
                let mut roots = RootCertStore::empty();
                for certificate in certificates(authority).map_err(wrong)? {
                    let added = roots.add(certificate);
                    added.map_err(|error| wrong(error.to_string()))?;
                }
                // Probes of the kubelet have no certificate; who asks for a verdict needs one.
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
                    .allow_unauthenticated()
                    .build()
                    .map_err(|error| wrong(error.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|error| IdentityError::Together(error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((Arc::new(config), self.client_authority.is_some()))
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|error| error.to_string())?;
    if all.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(all)
}
