use super::*;
use crate::{BuildOptions, Builder, Item};

fn database(day: i8) -> Database {
    let mut builder = Builder::new(BuildOptions::default());
    builder.add("kev", Item::Snapshot(Date::constant(2026, 11, day)));
    Database::open(builder.finish().unwrap()).unwrap()
}

#[test]
fn what_was_signed_is_trusted() {
    let database = database(1);
    let key = SigningKey::generate().unwrap();
    let other = SigningKey::generate().unwrap().public();
    let signed = SignatureFile::sign(&database, &key).unwrap();
    let read = SignatureFile::parse(signed.to_json().as_bytes()).unwrap();
    assert_eq!(read, signed);
    let trusted = [other.clone(), key.public()];
    assert_eq!(
        read.verify_bytes(database.bytes(), &trusted),
        Ok(&key.public())
    );
    assert_eq!(read.verify_opened(&database, &trusted), Ok(&key.public()));
    assert_eq!(
        read.verify_opened(&database, &[other]),
        Err(SignatureError::Untrusted {
            signed_by: key.public().id()
        })
    );
    assert_eq!(read.statement.snapshot, Some(Date::constant(2026, 11, 1)));
}

#[test]
fn another_database_is_refused() {
    let key = SigningKey::generate().unwrap();
    let keys = [key.public()];
    let signed = SignatureFile::sign(&database(1), &key).unwrap();
    let other = database(2);
    assert!(matches!(
        signed.verify_opened(&other, &keys),
        Err(SignatureError::Mismatch { .. })
    ));
    let mut bytes = database(1).bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    assert!(matches!(
        signed.verify_bytes(&bytes, &keys),
        Err(SignatureError::Mismatch { what: "digest", .. })
    ));
}

#[test]
fn every_part_of_the_statement_is_signed() {
    let key = SigningKey::generate().unwrap();
    let keys = [key.public()];
    let signed = SignatureFile::sign(&database(1), &key).unwrap();
    let zero = Digest::from_sha256([0; 32]);
    let changes: [fn(&mut Statement, Digest); 5] = [
        |said, zero| said.digest = zero,
        |said, zero| said.header_digest = zero,
        |said, _| said.size_bytes += 1,
        |said, _| said.format += 1,
        |said, _| said.snapshot = None,
    ];
    for change in changes {
        let mut changed = signed.clone();
        change(&mut changed.statement, zero.clone());
        assert!(matches!(
            changed.verify_statement(&keys),
            Err(SignatureError::Untrusted { .. })
        ));
    }
    let mut cut = signed;
    cut.signatures[0].bytes.pop();
    assert!(cut.verify_statement(&keys).is_err());
}

#[test]
fn keys_survive_a_round_trip() {
    let key = SigningKey::generate().unwrap();
    let again = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
    assert_eq!(again.public(), key.public());
    assert_eq!(
        PublicKey::from_pem(&key.public().to_pem()),
        Ok(key.public())
    );
    assert!(!format!("{key:?}").contains("PRIVATE"));
}

/// RFC 8410, section 10.3 and RFC 8032, section 7.1, test 1: what others write is read.
#[test]
fn keys_of_others_are_read() {
    let private = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";
    let public = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";
    let key = SigningKey::from_pem(private).unwrap();
    assert_eq!(PublicKey::from_pem(public), Ok(key.public()));
}

#[test]
fn nonsense_is_refused() {
    for pem in [
        "",
        "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----",
    ] {
        assert!(PublicKey::from_pem(pem).is_err());
        assert!(SigningKey::from_pem(pem).is_err());
    }
    let good = {
        let key = SigningKey::generate().unwrap();
        SignatureFile::sign(&database(1), &key).unwrap().to_json()
    };
    for json in [
        String::new(),
        "{}".to_owned(),
        good.replace("signature/v1", "signature/v2"),
        good.replace("sha256:", "sha1:"),
        good.replace("2026-11-01", "yesterday"),
        " ".repeat(SIGNATURE_FILE_BYTES_MAX) + &good,
    ] {
        assert!(SignatureFile::parse(json.as_bytes()).is_err(), "{json}");
    }
}
