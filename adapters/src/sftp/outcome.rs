//! What each answer over SFTP means; every status, at every step, and every way to get none.

use std::fmt;

use russh_sftp::protocol::StatusCode;
use schemas::{Outcome, Owner, Proof, ProofLevel, Response, Why};
use serde_json::json;

/// What came of dropping a package.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It lies there whole, under its name, with its marker.
    Dropped {
        /// Its path.
        path: String,
        /// Bytes, as the server counts them; nothing when the authority took it away already.
        size: Option<u64>,
        /// Whether it lay there before this try.
        duplicate: bool,
    },
    /// It was not dropped, or that is not known.
    Lost(Loss),
}

/// What was under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Looking at what lies there.
    Look,
    /// Writing the temporary file.
    Upload,
    /// Giving it its name.
    Rename,
    /// Writing the marker.
    Mark,
    /// Reading the result folder.
    Collect,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Look => "looking into the folder",
            Self::Upload => "writing the file",
            Self::Rename => "renaming the file",
            Self::Mark => "writing the marker",
            Self::Collect => "reading the result folder",
        })
    }
}

/// How a try failed, from first to last step.
#[derive(Debug, Clone, PartialEq)]
pub enum Loss {
    /// The endpoint's settings cannot be used.
    Malformed(String),
    /// The account's key is of a kind that is not taken.
    KeyNotTaken(String),
    /// The address is private.
    AddressNotAllowed(String),
    /// The name has no address.
    Dns(String),
    /// No connection.
    Connect(String),
    /// No connection or login in time.
    ConnectTimeout,
    /// The server shows a host key that is not pinned.
    HostKeyUnknown(String),
    /// The SSH handshake broke.
    Handshake(String),
    /// The server does not accept the account.
    LoginRefused,
    /// The account has no SFTP.
    NoSftp(String),
    /// The package could not be read here.
    Package(String),
    /// The server answered a request with a status other than OK.
    Status {
        /// What was under way.
        step: Step,
        /// Its code.
        code: StatusCode,
        /// Its words.
        message: String,
    },
    /// No answer in time.
    Silent(Step),
    /// The connection ended.
    Ended {
        /// What was under way.
        step: Step,
        /// What is known of the end.
        text: String,
    },
    /// What lies there after writing is not as long as what was written.
    Size {
        /// Bytes written.
        expected: u64,
        /// Bytes there.
        found: u64,
    },
    /// Another file has the package's name.
    OtherFile {
        /// Its path.
        path: String,
        /// Bytes of the package.
        expected: u64,
        /// Bytes there.
        found: u64,
    },
}

/// The one classification of this channel.
pub fn classify(answer: &Answer) -> Outcome {
    match answer {
        Answer::Dropped { path, size, duplicate } => {
            let evidence = json!({ "path": path, "size": size, "duplicate": duplicate });
            Outcome::Delivered { proof: Proof { level: ProofLevel::Stored, evidence } }
        }
        Answer::Lost(loss) => match kind(loss) {
            Kind::Refused => Outcome::Refused { why: why(loss) },
            Kind::Deferred => Outcome::Deferred { why: why(loss), not_before: None },
            Kind::Unknown => Outcome::Unknown { why: why(loss) },
        },
    }
}

enum Kind {
    Refused,
    Deferred,
    Unknown,
}

fn kind(loss: &Loss) -> Kind {
    match loss {
        Loss::Malformed(_)
        | Loss::KeyNotTaken(_)
        | Loss::AddressNotAllowed(_)
        | Loss::HostKeyUnknown(_)
        | Loss::LoginRefused
        | Loss::NoSftp(_)
        | Loss::OtherFile { .. } => Kind::Refused,
        Loss::Dns(_)
        | Loss::Connect(_)
        | Loss::ConnectTimeout
        | Loss::Handshake(_)
        | Loss::Package(_)
        | Loss::Size { .. } => Kind::Deferred,
        Loss::Status { code, .. } => match code {
            // A missing folder, a missing right, a missing command: nothing that time mends.
            StatusCode::NoSuchFile | StatusCode::PermissionDenied | StatusCode::OpUnsupported => {
                Kind::Refused
            }
            // "Failure" is what servers say when the disk is full or the quota used up.
            StatusCode::Ok
            | StatusCode::Eof
            | StatusCode::Failure
            | StatusCode::BadMessage
            | StatusCode::NoConnection
            | StatusCode::ConnectionLost => Kind::Deferred,
        },
        // Until the rename nothing lies there under its name; from then on it may.
        Loss::Silent(step) | Loss::Ended { step, .. } => match step {
            Step::Look | Step::Upload | Step::Collect => Kind::Deferred,
            Step::Rename | Step::Mark => Kind::Unknown,
        },
    }
}

/// Why, for a person; also for the steps that are no delivery.
pub fn why(loss: &Loss) -> Why {
    let (code, owner, sentence) = match loss {
        Loss::Malformed(what) => {
            ("endpoint_malformed", Owner::Hub, format!("correct the endpoint: {what}"))
        }
        Loss::KeyNotTaken(what) => (
            "login_key_not_taken",
            Owner::Hub,
            format!("the account's key is {what}; give it an Ed25519 or ECDSA key"),
        ),
        Loss::AddressNotAllowed(what) => (
            "address_not_allowed",
            Owner::Hub,
            format!("{what}; correct the endpoint, or allow private addresses in the settings"),
        ),
        Loss::Dns(what) => ("dns_failed", Owner::Network, what.clone()),
        Loss::Connect(what) => ("connect_failed", Owner::Network, format!("no connection: {what}")),
        Loss::ConnectTimeout => {
            ("connect_timeout", Owner::Network, "no connection and login in time".into())
        }
        Loss::HostKeyUnknown(shown) => (
            "host_key_unknown",
            Owner::Authority,
            format!(
                "the server shows the host key {shown}, which is not pinned; ask the authority \
                 whether it is theirs, then pin it"
            ),
        ),
        Loss::Handshake(what) => {
            ("ssh_handshake", Owner::Network, format!("the SSH handshake broke: {what}"))
        }
        Loss::LoginRefused => (
            "login_refused",
            Owner::Hub,
            "the server does not accept our account; renew the password or key with the authority"
                .into(),
        ),
        Loss::NoSftp(what) => (
            "sftp_not_offered",
            Owner::Authority,
            format!("the account may not use SFTP ({what}); the authority must allow it"),
        ),
        Loss::Package(what) => {
            ("package_unreadable", Owner::Hub, format!("the sealed package cannot be read: {what}"))
        }
        Loss::Status { step, code, message } => return status(*step, *code, message),
        Loss::Silent(step) => {
            ("sftp_timeout", Owner::Network, format!("no answer in time while {step}"))
        }
        Loss::Ended { step, text } => (
            "connection_lost",
            Owner::Network,
            format!("the connection ended while {step}: {text}"),
        ),
        Loss::Size { expected, found } => (
            "size_differs",
            Owner::Authority,
            format!("{expected} bytes were written and {found} lie there; the disk may be full"),
        ),
        Loss::OtherFile { path, expected, found } => (
            "target_differs",
            Owner::Authority,
            format!(
                "{path} lies there with {found} bytes instead of {expected}; the authority must \
                 move it away"
            ),
        ),
    };
    Why::new(code, owner, sentence)
}

fn status(step: Step, code: StatusCode, message: &str) -> Why {
    let (word, advice) = match code {
        StatusCode::NoSuchFile => ("sftp_no_such_file", "the authority must make the folder"),
        StatusCode::PermissionDenied => {
            ("sftp_permission_denied", "the authority must give our account the right")
        }
        StatusCode::OpUnsupported => ("sftp_unsupported", "the server cannot do this"),
        StatusCode::Ok
        | StatusCode::Eof
        | StatusCode::Failure
        | StatusCode::BadMessage
        | StatusCode::NoConnection
        | StatusCode::ConnectionLost => {
            ("sftp_failure", "the disk may be full; the authority must look")
        }
    };
    let response = Response { status: format!("SFTP {}", code as u32), body: message.to_owned() };
    let why = Why::new(word, Owner::Authority, format!("{code} while {step}; {advice}"));
    Why { response: Some(response), ..why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(loss: &Loss) -> (&'static str, String) {
        let outcome = classify(&Answer::Lost(loss.clone()));
        (outcome.as_str(), why(loss).code)
    }

    #[test]
    fn every_loss_has_its_outcome() {
        let text = || "x".to_owned();
        let size = Loss::Size { expected: 2, found: 1 };
        let other = Loss::OtherFile { path: text(), expected: 2, found: 1 };
        let table = [
            (Loss::Malformed(text()), "refused", "endpoint_malformed"),
            (Loss::KeyNotTaken(text()), "refused", "login_key_not_taken"),
            (Loss::AddressNotAllowed(text()), "refused", "address_not_allowed"),
            (Loss::Dns(text()), "deferred", "dns_failed"),
            (Loss::Connect(text()), "deferred", "connect_failed"),
            (Loss::ConnectTimeout, "deferred", "connect_timeout"),
            (Loss::HostKeyUnknown(text()), "refused", "host_key_unknown"),
            (Loss::Handshake(text()), "deferred", "ssh_handshake"),
            (Loss::LoginRefused, "refused", "login_refused"),
            (Loss::NoSftp(text()), "refused", "sftp_not_offered"),
            (Loss::Package(text()), "deferred", "package_unreadable"),
            (size, "deferred", "size_differs"),
            (other, "refused", "target_differs"),
        ];
        for (loss, outcome, code) in table {
            assert_eq!(word(&loss), (outcome, code.to_owned()));
        }
    }

    #[test]
    fn every_status_has_its_outcome() {
        let table = [
            (StatusCode::NoSuchFile, "refused", "sftp_no_such_file"),
            (StatusCode::PermissionDenied, "refused", "sftp_permission_denied"),
            (StatusCode::OpUnsupported, "refused", "sftp_unsupported"),
            (StatusCode::Failure, "deferred", "sftp_failure"),
            (StatusCode::BadMessage, "deferred", "sftp_failure"),
            (StatusCode::ConnectionLost, "deferred", "sftp_failure"),
        ];
        for (code, outcome, name) in table {
            let loss = Loss::Status { step: Step::Upload, code, message: "m".into() };
            assert_eq!(word(&loss), (outcome, name.to_owned()));
        }
    }

    #[test]
    fn silence_is_unknown_from_the_rename_on() {
        let table = [
            (Step::Look, "deferred"),
            (Step::Upload, "deferred"),
            (Step::Rename, "unknown"),
            (Step::Mark, "unknown"),
        ];
        for (step, outcome) in table {
            assert_eq!(word(&Loss::Silent(step)).0, outcome);
            assert_eq!(word(&Loss::Ended { step, text: String::new() }).0, outcome);
        }
    }
}
