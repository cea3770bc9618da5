//! `data/manifest.json`: the files for a machine, and what was not written as it was filed.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Contents, LAYOUT, Second};

/// The name in the bag.
pub(super) const PATH: &str = "data/manifest.json";

/// What a file of the hub's own is.
fn what(path: &str) -> (&'static str, &'static str) {
    match path {
        "data/filing.json" => ("filing", "application/json"),
        "data/filing.xml" => ("filing", "application/xml"),
        "data/filing.csv" => ("ledger", "text/csv"),
        "data/filing.pdf" => ("print", "application/pdf"),
        _ => ("receipt", "application/json"),
    }
}

/// The manifest over the given texts and the attachments.
pub(super) fn manifest(contents: &Contents, second: &Second, texts: &[(&str, Bytes)]) -> Bytes {
    let ledger = &second.ledger;
    let own = texts.iter().map(|(path, bytes)| {
        let (kind, media_type) = what(path);
        let mut file = json!({
            "path": path, "kind": kind, "media_type": media_type, "bytes": bytes.len(),
            "sha256": hex::encode(digest(&SHA256, bytes)),
        });
        if kind != "print" {
            let encoding = if kind == "ledger" { json!(ledger.encoding) } else { json!("utf-8") };
            file["encoding"] = encoding;
        }
        file
    });
    let attached = contents.attachments.iter().map(|file| {
        json!({
            "path": format!("data/attachments/{}", file.name), "kind": "attachment",
            "media_type": file.media_type, "bytes": file.size, "sha256": file.sha256,
        })
    });
    let files: Vec<Value> = own.chain(attached).collect();
    let mut manifest = json!({
        "type": "todoke.manifest", "layout": LAYOUT, "delivery": contents.delivery,
        "receipt_number": contents.receipt_number, "files": files,
        "ledger": {
            "profile": ledger.profile, "encoding": ledger.encoding, "rows": ledger.rows,
            "replaced": ledger.replaced, "defused": ledger.defused,
        },
        "xml": { "replaced": second.xml.forbidden },
    });
    if contents.is_test {
        manifest["test"] = json!(true);
    }
    if let Some(print) = &second.print {
        manifest["print"] = json!({ "pages": print.pages, "replaced": print.replaced });
    }
    let mut text = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
    text.push(b'\n');
    text.into()
}
