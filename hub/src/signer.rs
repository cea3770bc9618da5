//! The hub's Ed25519 key, and statements signed with it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A statement with its signature over [`canonical`] of the statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    /// What is stated.
    pub statement: Value,
    /// `Ed25519`.
    pub algorithm: String,
    /// Base64 of the public key.
    pub public_key: String,
    /// Base64 of the signature.
    pub signature: String,
}

/// Why a signature does not stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureProblem {
    /// Another algorithm than Ed25519.
    #[error("the signature's algorithm is {0:?}, only Ed25519 is known")]
    Algorithm(String),
    /// Key or signature are not base64.
    #[error("the {0} is not base64")]
    NotBase64(&'static str),
    /// The signature does not fit the statement.
    #[error("the signature does not fit: the statement was altered, or another key signed it")]
    Wrong,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[error(
    "data.folder: the signing key {}: {what}; every process of one hub needs the same key file, \
     readable by its user",
    .file.display()
)]
pub struct KeyError {
    file: PathBuf,
    what: String,
}

/// The hub's key.
pub struct Signer {
    pair: Ed25519KeyPair,
    public_key: String,
    /// Keys of before: what they marked still counts, and they sign nothing any more.
    former: Vec<Ed25519KeyPair>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.fingerprint())
    }
}

impl Signer {
    /// Reads the key from the folder, or makes one there that only its owner can read.
    pub fn open(folder: &Path) -> Result<Self, KeyError> {
        let file = folder.join("signing.key");
        let error = |what: String| KeyError { file: file.clone(), what };
        if !file.exists() {
            let pair = Ed25519KeyPair::generate().map_err(|e| error(e.to_string()))?;
            let document = pair.to_pkcs8().map_err(|e| error(e.to_string()))?;
            keep(&file, document.as_ref()).map_err(|e| error(e.to_string()))?;
        }
        let pair = read(&file)?;
        let public_key = STANDARD.encode(pair.public_key().as_ref());
        Ok(Self { pair, public_key, former: Vec::new() })
    }

    /// The same, which still takes marks that keys of before made; they are files in the folder.
    pub fn with_former(mut self, folder: &Path, names: &[String]) -> Result<Self, KeyError> {
        for name in names {
            self.former.push(read(&folder.join(name))?);
        }
        Ok(self)
    }

    /// Base64 of the public key.
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    /// The first 16 hex digits of the public key's SHA-256, to read out and compare.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.pair.public_key().as_ref())
    }

    /// Signs a statement.
    pub fn sign(&self, statement: Value) -> Signed {
        let signature = self.pair.sign(canonical(&statement).as_bytes());
        Signed {
            statement,
            algorithm: "Ed25519".into(),
            public_key: self.public_key.clone(),
            signature: STANDARD.encode(signature.as_ref()),
        }
    }

    /// A short token over a text, for links; compare with [`Signer::token_fits`].
    pub fn token(&self, text: &str) -> String {
        mark(&self.pair, text)
    }

    /// Whether the token belongs to the text, compared in constant time.
    pub fn token_fits(&self, text: &str, token: &str) -> bool {
        let fits = |pair| mark(pair, text).as_bytes().ct_eq(token.as_bytes());
        let former = self.former.iter().map(fits);
        former.fold(fits(&self.pair), |found, fits| found | fits).into()
    }
}

fn mark(pair: &Ed25519KeyPair, text: &str) -> String {
    hex::encode(&pair.sign(text.as_bytes()).as_ref()[..32])
}

fn read(file: &Path) -> Result<Ed25519KeyPair, KeyError> {
    let error = |what: String| KeyError { file: file.to_owned(), what };
    let bytes = fs::read(file).map_err(|e| error(e.to_string()))?;
    Ed25519KeyPair::from_pkcs8(&bytes)
        .map_err(|e| error(format!("is no Ed25519 key in PKCS#8: {e}")))
}

/// Writes the key under its name when all of it is on disk; a key that another process has put
/// there meanwhile stays.
fn keep(file: &Path, key: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // Only its owner can read what `tempfile` makes.
    let mut made = tempfile::NamedTempFile::new_in(folder)?;
    made.write_all(key)?;
    made.as_file().sync_all()?;
    match made.persist_noclobber(file) {
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        kept => kept.map(drop).map_err(io::Error::from),
    }?;
    fs::File::open(folder)?.sync_all()
}

impl Signed {
    /// Checks the signature with the key that the statement carries; compare
    /// [`Signed::fingerprint`] with the hub's published one.
    pub fn verify(&self) -> Result<(), SignatureProblem> {
        if self.algorithm != "Ed25519" {
            return Err(SignatureProblem::Algorithm(self.algorithm.clone()));
        }
        let read =
            |text: &str, what| STANDARD.decode(text).map_err(|_| SignatureProblem::NotBase64(what));
        let key = read(&self.public_key, "public key")?;
        let signature = read(&self.signature, "signature")?;
        UnparsedPublicKey::new(&ED25519, key)
            .verify(canonical(&self.statement).as_bytes(), &signature)
            .map_err(|_| SignatureProblem::Wrong)
    }

    /// The first 16 hex digits of the SHA-256 of the key that the statement carries.
    pub fn fingerprint(&self) -> String {
        fingerprint(&STANDARD.decode(&self.public_key).unwrap_or_default())
    }
}

fn fingerprint(public_key: &[u8]) -> String {
    hex::encode(Sha256::digest(public_key))[..16].to_owned()
}

/// JSON in one form only: keys sorted, no white space (RFC 8785, for values without fractions).
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            let members: Vec<_> = keys
                .into_iter()
                .map(|(k, v)| format!("{}:{}", Value::from(k.as_str()), canonical(v)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn altered_statements_are_found_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = Signer::open(folder.path()).expect("a key");
        let signed = key.sign(json!({"b": [1, {"y": "か", "x": null}], "a": "\u{8}"}));
        assert_eq!(signed.verify(), Ok(()));
        let again = Signer::open(folder.path()).expect("the same key");
        assert_eq!(again.fingerprint(), signed.fingerprint());
        let mut altered = signed.clone();
        altered.statement["a"] = json!("c");
        assert_eq!(altered.verify(), Err(SignatureProblem::Wrong));
        let mut other = signed;
        other.algorithm = "none".into();
        assert_eq!(other.verify(), Err(SignatureProblem::Algorithm("none".into())));
    }

    #[test]
    fn marks_of_a_key_of_before_fit_while_it_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let before = Signer::open(folder.path()).expect("a key");
        let mark = before.token("/packages/1");
        let (file, kept) = (folder.path().join("signing.key"), folder.path().join("former.key"));
        fs::rename(file, kept).expect("renamed");
        let now = Signer::open(folder.path()).expect("another key");
        assert!(!now.token_fits("/packages/1", &mark) && now.token("/packages/1") != mark);
        let names = ["former.key".to_owned()];
        let both = now.with_former(folder.path(), &names).expect("both");
        assert!(both.token_fits("/packages/1", &mark) && !both.token_fits("/packages/2", &mark));
        assert!(both.token_fits("/packages/1", &both.token("/packages/1")));
        let none = ["nowhere.key".to_owned()];
        let told = both.with_former(folder.path(), &none).expect_err("there is none").to_string();
        assert!(told.contains("nowhere.key"), "{told}");
    }
}
