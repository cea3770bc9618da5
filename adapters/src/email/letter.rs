//! What an authority reads: the mail that brings a package, without a word of personal data.

use bytes::Bytes;

use super::Config;
use super::mailer::{Mail, MailAttachment};
use super::outcome::Loss;
use crate::adapter::{Action, Parcel};

/// The mail of a delivery; its id is the delivery's, and so the same on every try.
pub(super) async fn compose(config: &Config, parcel: &Parcel) -> Result<Mail, Loss> {
    let is_attached = parcel.package.size <= config.attach_bytes_max;
    let (attachment, way) = match &parcel.link {
        _ if is_attached => (Some(attachment(parcel).await?), Way::Attached),
        Some(link) => (None, Way::Link(link)),
        None => return Err(Loss::TooLarge(parcel.package.size)),
    };
    Ok(Mail {
        id: parcel.delivery.to_string(),
        to: config.to.clone(),
        subject: subject(parcel),
        text: text(parcel, &way),
        html: None,
        attachment,
        date: parcel.now,
    })
}

/// What the far side's programs look at.
pub(super) fn headers(parcel: &Parcel) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("Todoke-Delivery", parcel.delivery.to_string()),
        ("Todoke-Receipt-Number", parcel.receipt_number.clone()),
        ("Todoke-Revision", parcel.revision.to_string()),
        ("Todoke-Action", parcel.action.to_string()),
        ("Todoke-Package-Sha256", parcel.package.sha256.clone()),
    ];
    if parcel.second_copy {
        headers.push(("Todoke-Second-Copy", "true".to_owned()));
    }
    if parcel.is_test {
        headers.push(("Todoke-Test", "true".to_owned()));
    }
    headers
}

enum Way<'a> {
    Attached,
    Link(&'a str),
}

async fn attachment(parcel: &Parcel) -> Result<MailAttachment, Loss> {
    let bytes = read(parcel).await.map_err(|error| Loss::Package(error.to_string()))?;
    let (file_name, media_type) = (parcel.file_name(), "application/zip".to_owned());
    Ok(MailAttachment { file_name, media_type, bytes })
}

async fn read(parcel: &Parcel) -> std::io::Result<Bytes> {
    if let Some(bytes) = parcel.package.bytes() {
        return Ok(bytes.clone());
    }
    let mut bytes = Vec::new();
    let mut reader = parcel.package.reader().await?;
    tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut bytes).await?;
    Ok(bytes.into())
}

fn subject(parcel: &Parcel) -> String {
    let Parcel { action, kind, receipt_number, .. } = parcel;
    if parcel.is_test {
        return format!("【テスト】疎通確認(届出ではありません) 受付番号 {receipt_number}");
    }
    let (action, kind) = (action.label_ja(), kind.label_ja());
    let again = if parcel.second_copy { "(再送・重複の可能性)" } else { "" };
    format!("【{action}】{kind} 受付番号 {receipt_number}{again}")
}

fn text(parcel: &Parcel, way: &Way<'_>) -> String {
    let (opening_ja, opening_en) = opening(parcel);
    let (way_ja, way_en) = carriage(way);
    let (again_ja, again_en) = again(parcel.second_copy);
    format!(
        "{name} 御中\n\n{opening_ja}\n{again_ja}\n{facts}\n{way_ja}\n\n\
         ■ ご回答の方法\n\
         受付完了または差戻しは、受付番号を示して届出ハブにご登録ください。\n\
         このメールは自動送信のため、返信いただいても届きません。\n\n\
         ----\n\
         {opening_en}: {kind}, receipt number {number}, revision {revision}.\n\
         {way_en}\n{again_en}\
         Register your answer (accepted or returned) with the hub under the receipt number; \
         replies to this mail are not read.\n",
        name = parcel.authority_name,
        facts = facts(parcel),
        kind = parcel.kind.label_en(),
        number = parcel.receipt_number,
        revision = parcel.revision,
    )
}

fn facts(parcel: &Parcel) -> String {
    format!(
        "手続の種類: {}\n受付番号:   {}\n版:         第{}版\n配送番号:   {}\n\
         ファイル名: {}\n大きさ:     {} バイト\nSHA-256:    {}\n",
        parcel.kind.label_ja(),
        parcel.receipt_number,
        parcel.revision,
        parcel.delivery,
        parcel.file_name(),
        parcel.package.size,
        parcel.package.sha256,
    )
}

fn opening(parcel: &Parcel) -> (&'static str, &'static str) {
    if parcel.is_test {
        return (
            "これは疎通確認のためのテストです。届出ではありません。確認後に削除してください。",
            "This is a test of the connection, not a filing; delete it when you have seen it",
        );
    }
    match parcel.action {
        Action::Submit => ("次の届出・申請をお届けします。", "A filing has arrived"),
        Action::Correct => {
            ("差戻しを受けた届出・申請の補正をお届けします。", "A correction has arrived")
        }
        Action::Withdraw => ("次の届出・申請を取り下げます。", "A filing is withdrawn"),
    }
}

fn carriage(way: &Way<'_>) -> (String, &'static str) {
    match way {
        Way::Attached => {
            ("パッケージはこのメールに添付しています。".to_owned(), "The package is attached.")
        }
        Way::Link(link) => (
            format!(
                "添付できる大きさを超えるため、次のリンクから取得してください。\n\
                 リンクには有効期限があります。\
                 期限が過ぎたときは、受付番号を添えて再送をご依頼ください。\n{link}"
            ),
            "The package is too large to attach; fetch it from the link above before it expires.",
        ),
    }
}

fn again(second_copy: bool) -> (&'static str, &'static str) {
    if !second_copy {
        return ("", "");
    }
    (
        "\n※ 別の方法ですでに届いている可能性があります。\
         配送番号が同じものは一件としてお取り扱いください。\n",
        "It may have reached you another way already; \
         the same delivery id is the same filing.\n",
    )
}
