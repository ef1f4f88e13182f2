//! From a password to a key, within bounds: a key file comes from outside, and its parameters say
//! how long and in how much memory we are to compute.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use zeroize::Zeroizing;

use super::KeyError;

/// Most rounds of PBKDF2: some seconds. OpenSSL writes 2,048, careful people a million.
const ITERATIONS_MAX: u64 = 10_000_000;
/// Most memory of scrypt, in bytes. Cosign takes 64 MiB.
const SCRYPT_BYTES_MAX: u64 = 256 << 20;
/// Most work of scrypt, in bytes filled: memory times parallelism.
const SCRYPT_WORK_MAX: u64 = 1 << 30;
/// Longest salt, in bytes.
const SALT_BYTES_MAX: usize = 1024;

/// The hash of PBKDF2.
#[derive(Clone, Copy, Debug)]
pub enum Prf {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// A derivation whose parameters are within bounds.
pub struct Kdf<'a> {
    salt: &'a [u8],
    kind: Kind,
}

enum Kind {
    Pbkdf2(Prf, NonZeroU32),
    Scrypt { log_n: u8, r: u32, p: u32 },
}

impl<'a> Kdf<'a> {
    pub fn pbkdf2(prf: Prf, salt: &'a [u8], iterations: u64) -> Result<Self, KeyError> {
        at_most("number of rounds", iterations, ITERATIONS_MAX)?;
        let iterations = u32::try_from(iterations).ok().and_then(NonZeroU32::new);
        let iterations = iterations
            .ok_or_else(|| KeyError::Malformed("its number of rounds is 0".to_owned()))?;
        Self::new(salt, Kind::Pbkdf2(prf, iterations))
    }

    /// `n` is the cost, a power of two.
    pub fn scrypt(salt: &'a [u8], n: u64, r: u64, p: u64) -> Result<Self, KeyError> {
        let wrong = || KeyError::Malformed("its scrypt parameters are none".to_owned());
        if !n.is_power_of_two() || n < 2 || r == 0 || p == 0 {
            return Err(wrong());
        }
        let memory = n.saturating_mul(r).saturating_mul(128);
        at_most("need of memory in bytes", memory, SCRYPT_BYTES_MAX)?;
        let work = memory.saturating_mul(p);
        at_most("work (bytes filled)", work, SCRYPT_WORK_MAX)?;
        let kind = Kind::Scrypt {
            log_n: u8::try_from(n.ilog2()).map_err(|_| wrong())?,
            r: u32::try_from(r).map_err(|_| wrong())?,
            p: u32::try_from(p).map_err(|_| wrong())?,
        };
        Self::new(salt, kind)
    }

    fn new(salt: &'a [u8], kind: Kind) -> Result<Self, KeyError> {
        at_most("salt in bytes", salt.len() as u64, SALT_BYTES_MAX as u64)?;
        Ok(Self { salt, kind })
    }

    pub fn derive(&self, password: &[u8], bytes: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let mut key = Zeroizing::new(vec![0; bytes]);
        match self.kind {
            Kind::Pbkdf2(prf, iterations) => {
                let algorithm = match prf {
                    Prf::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
                    Prf::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
                    Prf::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
                    Prf::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
                };
                pbkdf2::derive(algorithm, iterations, self.salt, password, &mut key);
            }
            Kind::Scrypt { log_n, r, p } => {
                let wrong =
                    || KeyError::Malformed("its scrypt parameters do not go together".to_owned());
                let parameters = scrypt::Params::new(log_n, r, p, bytes).map_err(|_| wrong())?;
                scrypt::scrypt(password, self.salt, &parameters, &mut key).map_err(|_| wrong())?;
            }
        }
        Ok(key)
    }
}

fn at_most(what: &'static str, found: u64, limit: u64) -> Result<(), KeyError> {
    if found > limit {
        return Err(KeyError::TooCostly { what, found, limit });
    }
    Ok(())
}
